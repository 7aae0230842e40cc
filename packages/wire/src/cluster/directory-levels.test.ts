/** What a version that knows of no keys makes of what this one writes: it must refuse it, and never pass it over (rule DR15). */
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { DirectoryCommand, DirectoryContent } from '../directory/directory-command.ts';
import { levelOfCommand } from '../directory/directory-level.ts';
import type { DirectoryMessage } from '../directory/directory-message.ts';
import { type KeptKey, keyHoldsOver } from '../directory/kept-key.ts';
import { directoryCommandText, parseDirectoryCommand } from '../schemas/directory-schema.ts';
import { decodeMessage } from './decode-message.ts';
import { directoryToProto } from './encode-directory.ts';
import * as pb from './gen/cluster.ts';

const key: KeptKey = { person: 'b'.repeat(32), name: 'ben', isOut: true, epoch: 1, by: 'ann', atMs: 5 };
const plain: DirectoryContent = { names: [], rooms: [], buried: [], homes: [] };
const withKeys: DirectoryContent = { ...plain, keys: [key] };
const takeIn = (content: DirectoryContent): DirectoryCommand => {
  return { kind: 'takeIn', node: 'n2', from: 'd', content };
};

/** The schemas of level 0, as far as they look at what is new; they skip members that they do not know. */
const list = z.array(z.unknown());
const oldContent = z.object({ names: list, rooms: list, buried: list, homes: list });
const oldCommand = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('releaseName'), name: z.string() }),
  z.object({ kind: z.literal('takeIn'), content: oldContent }),
]);
const readsAsBefore = (command: DirectoryCommand): boolean =>
  oldCommand.safeParse(JSON.parse(directoryCommandText(command))).success;

describe('what a version of level 0 cannot read it refuses', () => {
  const { person, name, by, atMs } = key;
  test.each<DirectoryCommand>([
    { kind: 'keepOut', person, name, by, epoch: 0, atMs },
    { kind: 'letIn', person, by, epoch: 1, atMs },
    takeIn(withKeys),
  ])('$kind', (command) => {
    expect([levelOfCommand(command), readsAsBefore(command)]).toEqual([1, false]);
    expect(parseDirectoryCommand(directoryCommandText(command))).toEqual({ ok: true, value: command });
  });

  test('and what it knows it reads', () => {
    const release: DirectoryCommand = { kind: 'releaseName', name: 'ben', at: { ms: 1, counter: 0 } };
    for (const command of [takeIn(plain), release])
      expect([levelOfCommand(command), readsAsBefore(command)]).toEqual([0, true]);
  });

  test.each(['enrol', 'snapshot'])('the content of %s', (where) => {
    const sent = (state: DirectoryContent): DirectoryMessage => {
      if (where === 'enrol') return { kind: 'enrol', directory: 'd', id: '1', from: 'e', content: state };
      const configuration = { voters: ['n1'], outgoing: [], learners: [] };
      const snapshot = { index: 1, term: 1, configuration, state };
      return {
        kind: 'raft',
        directory: 'd',
        message: { kind: 'snapshot', term: 1, round: 1, snapshot },
      };
    };
    const isRead = (content: DirectoryContent): boolean => {
      let text = '';
      JSON.stringify(directoryToProto(sent(content)), (name, value: unknown) => {
        if (name === 'contentJson') text = String(value);
        return value;
      });
      return oldContent.safeParse(JSON.parse(text)).success;
    };
    expect([isRead(plain), isRead(withKeys)]).toEqual([true, false]);
  });
});

test('what a later version adds is refused here', () => {
  const later = [
    { kind: 'keepOut', person: key.person, name: 'ben', by: 'ann', epoch: 0, atMs: 1, why: 'spam' },
    { kind: 'takeIn', node: 'n2', from: 'd', content: { ...plain, polls: [] } },
    { kind: 'takeIn', node: 'n2', from: 'd', content: { level: 2, content: withKeys } },
    { kind: 'takeIn', node: 'n2', from: 'd', content: { level: 1, content: withKeys, more: 1 } },
    { kind: 'takeIn', node: 'n2', from: 'd', content: { level: 1, content: { ...withKeys, polls: [] } } },
  ];
  for (const each of later) expect(parseDirectoryCommand(JSON.stringify(each))).toMatchObject({ ok: false });
});

test('what says nothing of its level is of level 0, and its content keeps nobody out', () => {
  const about = { directory: 'd', term: 1, leader: 'n1', voters: ['n1'], learners: [], level: 0 };
  const kind = { $case: 'replicated', value: { kind: { $case: 'about', value: about } } } as const;
  const bytes = pb.Message.encode({ kind }).finish();
  expect(decodeMessage(bytes)).toMatchObject({ message: { message: { about: { level: 0 } } } });
  const old = { kind: 'takeIn', node: 'n2', from: 'd', content: plain };
  expect(parseDirectoryCommand(JSON.stringify(old))).toEqual({ ok: true, value: old });
});

test('the record of more changes holds, of as many the one that keeps out, whatever the clocks say', () => {
  const isIn = { ...key, isOut: false, atMs: 99 };
  expect([keyHoldsOver(key, isIn), keyHoldsOver(isIn, key)]).toEqual([true, false]);
  expect([keyHoldsOver({ ...isIn, epoch: 2, atMs: 1 }, key), keyHoldsOver(key, key)]).toEqual([true, false]);
  for (const other of [
    { ...key, atMs: 6 },
    { ...key, by: 'zoe' },
    { ...key, name: 'zed' },
  ])
    expect(keyHoldsOver(key, other)).not.toBe(keyHoldsOver(other, key));
});
