/** `docs/reference/rooms.md` keeps to the code: every example parses, and its tables list what there is. */
import { readFileSync } from 'node:fs';
import { closeCodes } from '@bothy/rooms/drivers/websocket';
import { errorCodes, roomLimits } from '@bothy/wire';
import {
  parseClientFrame,
  parseParams,
  type RoomMethod,
  roomMethods,
  roomNotifications,
  rpcErrors,
  sessionOpenParams,
} from '@bothy/wire/schemas';
import { describe, expect, test } from 'vitest';
import { labelledExamples, tableCodes } from './reference-page.ts';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/reference/rooms.md', root), 'utf8');
const examples = labelledExamples(page);
const ofLabel = (label: string): string[] =>
  examples.filter((each) => each.label === label).map(({ text }) => text);
const calls = ofLabel('call').map((text) => ({ text, frame: parseClientFrame(text) }));

function methodOf(id: unknown): RoomMethod | undefined {
  const call = calls.find(({ frame }) => frame.id === id)?.frame;
  return roomMethods.find(({ method }) => call?.kind === 'call' && call.method === method);
}

/** Members of an object schema, those that may be left out with a question mark. */
function membersOf(schema: unknown): string[] {
  const { shape = {} } =
    (schema as { def?: { shape?: Readonly<Record<string, { def: { type: string } }>> } }).def ?? {};
  return Object.entries(shape).map(([name, { def }]) =>
    def.type === 'optional' || def.type === 'default' ? `${name}?` : name,
  );
}

describe('rooms.md', () => {
  test('has an example of every method, with its answer, and of every notification', () => {
    const methods = calls.map(({ frame }) => methodOf(frame.id)?.method);
    const answered = ofLabel('answer').map((text) => methodOf(JSON.parse(text).id)?.method);
    const all = roomMethods.map(({ method }) => method);
    expect([...methods].sort()).toEqual([...all].sort());
    expect(answered).toEqual(methods);
    const told = ofLabel('notification').map((text) => JSON.parse(text).method);
    expect(told.sort()).toEqual(roomNotifications.map(({ method }) => method).sort());
  });

  test.each(calls)('the call parses: $text', ({ frame }) => {
    if (frame.kind !== 'call') throw new Error(frame.sentence);
    const method = methodOf(frame.id);
    const parsed = method?.parse?.(frame.params) ?? parseParams(sessionOpenParams, frame.params);
    expect(parsed).toMatchObject({ ok: true });
    // What the schema does not know would be dropped in silence: a slip of the pen.
    const known = membersOf(method?.params).map((name) => name.replace('?', ''));
    expect(known).toEqual(expect.arrayContaining(Object.keys(frame.params ?? {})));
  });

  test.each(ofLabel('answer'))('the answer is one: %s', (text) => {
    const { jsonrpc, id, result } = JSON.parse(text);
    expect(jsonrpc).toBe('2.0');
    expect(methodOf(id)?.result.safeParse(result)).toMatchObject({ success: true });
  });

  test.each(ofLabel('notification'))('the notification is one: %s', (text) => {
    const { jsonrpc, method, params, ...rest } = JSON.parse(text);
    expect([jsonrpc, rest]).toEqual(['2.0', {}]);
    const row = roomNotifications.find((each) => each.method === method);
    expect(row?.params.safeParse(params)).toMatchObject({ success: true });
  });

  test('an answer that lacks a member is found', () => {
    const [text = ''] = ofLabel('answer').filter((each) => each.includes('duplicate'));
    const { id, result } = JSON.parse(text.replace(',"duplicate":false', ''));
    expect(methodOf(id)?.result.safeParse(result)).toMatchObject({ success: false });
  });

  test('the error is one of ours', () => {
    const errors = ofLabel('error').map((text) => JSON.parse(text).error);
    expect(errors.length).toBeGreaterThan(0);
    for (const { code, data } of errors) {
      expect(code).toBe(rpcErrors.ours);
      expect(errorCodes).toContain(data.code);
    }
  });

  test('lists every method with its parameters and the members of its result', () => {
    const rows = tableCodes(page).filter(([first = '']) => /^(room|session)\./.test(first));
    const listed = rows.map(([method, ...members]) => [method, members]);
    const known = roomMethods.map(({ method, params, result }) => [
      method,
      [...membersOf(params), ...membersOf(result)],
    ]);
    expect(listed).toEqual(known);
  });

  test('lists the codes of JSON-RPC, the close codes and the limits', () => {
    const rows = tableCodes(page);
    const codes = rows.map(([first]) => Number(first)).filter((code) => code < 0);
    expect(codes.sort()).toEqual(Object.values(rpcErrors).sort());
    const closes = rows
      .filter(([first]) => Number(first) >= 3000)
      .map(([code, reason]) => [reason, Number(code)]);
    expect(closes).toEqual(Object.entries(closeCodes));
    for (const [name, value] of Object.entries(roomLimits))
      expect(page).toContain(`| \`${name}\` | ${value} |`);
  });
});
