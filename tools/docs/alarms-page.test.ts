/** `docs/reference/alarms.md` keeps to the code: routes and the webhook parse, and the program checks the signature. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { webhookHeaders } from '@bothy/telemetry/drivers/notify';
import { temporaryFolder } from '@bothy/testkit';
import { alarmSchema, parseAlarmRoutes } from '@bothy/wire/schemas';
import { expect, onTestFinished, test } from 'vitest';
import { labelledExamples, tableCodes } from './reference-page.ts';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/reference/alarms.md', root), 'utf8');
const examples = labelledExamples(page);
const textOf = (label: string): string => examples.find((each) => each.label === label)?.text ?? '';
const codes = tableCodes(page);

interface Checker {
  isGenuine(headers: object, body: Uint8Array, secret: string, nowMs: number): boolean;
}

/** The program of the page, as a module of its own. */
async function checker(): Promise<Checker> {
  const program = /^```js\n([\s\S]*?)\n```$/m.exec(page)?.[1] ?? '';
  const folder = temporaryFolder();
  onTestFinished(() => folder.remove());
  const file = join(folder.path, 'check-webhook.mjs');
  writeFileSync(file, program);
  return (await import(/* @vite-ignore */ pathToFileURL(file).href)) as Checker;
}

test('the routes parse, use every field of the table, and every target', () => {
  const parsed = parseAlarmRoutes(JSON.parse(textOf('routes')));
  if (!parsed.ok) throw new Error(parsed.reason);
  const fields = new Set(parsed.value.flatMap((route) => Object.keys(route)));
  const listed = codes.filter(([first = '']) => /^[a-zA-Z]+$/.test(first) && fields.has(first)).flat();
  for (const field of fields) expect(listed).toContain(field);
  const kinds = codes.flatMap(([first = '']) => /^\{"kind":"(\w+)"/.exec(first)?.[1] ?? []);
  expect(kinds.sort()).toEqual(parsed.value.map(({ to }) => to.kind).sort());
});

test('the webhook is one, and the program takes it and nothing else', async () => {
  const body = Buffer.from(textOf('webhook'), 'utf8');
  const payload = JSON.parse(body.toString('utf8')) as { id: string; alarms: { alarm: unknown }[] };
  for (const { alarm } of payload.alarms) expect(alarmSchema.safeParse(alarm).success).toBe(true);
  const header = (name: string): string => codes.find(([first]) => first === name)?.[1] ?? '';
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  const headers = Object.fromEntries(names.map((name) => [name, header(name)]));
  const secret = /was made with `([^`]+)`/.exec(page)?.[1] ?? '';
  const sentMs = Number(headers['webhook-timestamp']) * 1_000;
  expect(webhookHeaders(payload.id, body, secret, sentMs)).toEqual(headers);
  const { isGenuine } = await checker();
  expect(isGenuine(headers, body, secret, sentMs + 60_000)).toBe(true);
  expect(isGenuine(headers, body, `${secret}!`, sentMs)).toBe(false);
  expect(isGenuine(headers, Buffer.concat([body, Buffer.from(' ')]), secret, sentMs)).toBe(false);
  expect(isGenuine(headers, body, secret, sentMs + 3_600_000)).toBe(false);
  expect(isGenuine({ ...headers, 'webhook-id': 'another' }, body, secret, sentMs)).toBe(false);
  expect(isGenuine({ ...headers, 'webhook-timestamp': 'never' }, body, secret, sentMs)).toBe(false);
  expect(isGenuine({}, body, secret, sentMs)).toBe(false);
});
