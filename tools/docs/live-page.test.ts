/** `docs/reference/live.md` keeps to the code: every example parses, and its tables list what there is. */
import { readFileSync } from 'node:fs';
import { liveLimits } from '@bothy/wire';
import {
  liveParts,
  parseAlarmChanged,
  parseClientFrame,
  parseTelemetrySnapshot,
  parseTelemetrySubscription,
  parseTelemetryTick,
} from '@bothy/wire/schemas';
import { expect, test } from 'vitest';
import { labelledExamples, tableCodes } from './reference-page.ts';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/reference/live.md', root), 'utf8');
const examples = labelledExamples(page);

function example(label: string): string {
  const found = examples.find((each) => each.label === label);
  if (found === undefined) throw new Error(`there is no example of ${label}`);
  return found.text;
}

/** Members of an object schema. */
function membersOf(schema: unknown): string[] {
  return Object.keys((schema as { def: { shape: Readonly<Record<string, unknown>> } }).def.shape);
}

test('the example of a call is one, and its answer too', () => {
  const frame = parseClientFrame(example('call'));
  if (frame.kind !== 'call') throw new Error('not a call');
  expect(parseTelemetrySubscription(frame.params)).toMatchObject({ ok: true });
  expect(parseTelemetrySnapshot(JSON.parse(example('answer')))).toMatchObject({ ok: true });
});

test('the examples of notifications are some', () => {
  expect(parseTelemetryTick(JSON.parse(example('tick')))).toMatchObject({ ok: true });
  expect(parseAlarmChanged(JSON.parse(example('alarm')))).toMatchObject({ ok: true });
});

test('the tables list all members', () => {
  const listed = tableCodes(page).flatMap(([first]) => first ?? []);
  const known = [...membersOf(liveParts.telemetrySubscription), ...membersOf(liveParts.telemetryTick)];
  expect(listed.sort()).toEqual(known.filter((name) => name !== 'atMs').sort());
});

test('limits are those of the code', () => {
  expect(page).toContain(`up to ${liveLimits.sensors} of`);
  expect(page).toContain(`20 to ${liveLimits.longestTickMs}`);
  expect(page).toContain(`${liveLimits.recent} at most`);
  expect(page).toContain(`| \`everyMs\` | ${liveLimits.defaultTickMs} |`);
});
