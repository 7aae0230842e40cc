/** docs/reference/cluster.md keeps to the .proto, and its examples are taken as they stand. */
import { readFileSync } from 'node:fs';
import { entryFromProto, forwardOf } from '@bothy/wire/cluster';
import { describe, expect, test } from 'vitest';
import { tableCodes } from './reference-page.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const page = read('docs/reference/cluster.md');
const proto = read('packages/wire/proto/bothy/cluster/v1/cluster.proto');
const section = (title: string): string => page.split(`## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
const rows = (title: string) => tableCodes(section(title)).filter((codes) => codes.length > 0);
const firsts = (title: string) => rows(title).map(([first = '']) => first);

test('every call and every message is on the page, in the order of the .proto', () => {
  const calls = [...proto.matchAll(/^ {2}rpc (\w+)/gm)].map(([, name]) => name);
  expect(new Set(firsts('Calls'))).toEqual(new Set(calls));
  const oneof = proto.split('message Message {')[1]?.split('\n}')[0] ?? '';
  expect(firsts('Messages')).toEqual([...oneof.matchAll(/^ {4}\w+ (\w+) = /gm)].map(([, name]) => name));
});

describe('examples of entries are taken', () => {
  const head = { epoch: 1, seq: 4, author: 'guest:ben', name: 'ben', sentAt: 1, key: 'm1' };
  test.each(rows('Entries').map(([kind = '', json = '']) => [kind, json]))('%s', (kind, contentJson) => {
    const entry = entryFromProto({ ...head, kind, contentJson });
    expect(entry).toMatchObject({ ok: true, value: { content: { kind, ...JSON.parse(contentJson) } } });
  });
});

describe('examples of commands are taken', () => {
  const actor = { person: 'guest:ben', name: 'ben', verified: false, operator: false };
  const room = 'aaaaaaaaaaaaaaaaaaaa';
  test.each(rows('Commands').map(([kind = '', json = '']) => [kind, json]))('%s', (kind, commandJson) => {
    const forward = forwardOf({ id: '1', actor, kind, room, commandJson, trace: '' });
    expect(forward).toMatchObject({
      ok: true,
      value: { command: { kind, room, ...JSON.parse(commandJson) } },
    });
  });
  test('and all commands are there', () => {
    const kinds = proto.match(/\/\/ (join, leave.*)\./)?.[1]?.split(', ');
    expect(firsts('Commands')).toEqual(kinds);
  });
});
