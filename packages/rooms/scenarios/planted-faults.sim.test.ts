/**
 * Each planted fault is a way to build the core wrong. A scenario must find it
 * within a few seeds; a fault that passes means the checker sees too little.
 */
import type { Now } from '@bothy/protocols';
import type { RoomsInput, RoomsOutput, RoomsSnapshot, RoomWrite } from '@bothy/rooms/core';
import { isCaught, type Scenario, seedRange } from '@bothy/simulator';
import type { ErrorCode } from '@bothy/wire';
import { expect, test } from 'vitest';
import { clusterScenario } from './cluster-scenario.ts';
import { failedNodeScenario } from './failed-node-scenario.ts';
import { deletionsOptions, roughClusterOptions } from './index.ts';
import { longLogScenario } from './long-log-scenario.ts';
import { makeRoomsCore } from './sim-node.ts';

/** Changes what goes in or what comes out; made anew for every start of a core. */
interface Wrong {
  readonly commits?: (records: RoomsSnapshot['commits']) => RoomsSnapshot['commits'];
  readonly intents?: (intents: RoomsSnapshot['intents']) => RoomsSnapshot['intents'];
  readonly input?: (input: RoomsInput) => RoomsInput;
  readonly outputs?: (outputs: readonly RoomsOutput[]) => readonly RoomsOutput[];
  /** What the core is told beside, because of one of its outputs. */
  readonly more?: (output: RoomsOutput) => RoomsInput | undefined;
}

function wrongly(make: () => Wrong): typeof makeRoomsCore {
  return (config, snapshot, random) => {
    const { commits = same, intents = same, input = same, outputs = same, more } = make();
    const found = { commits: commits(snapshot.commits), intents: intents(snapshot.intents) };
    const core = makeRoomsCore(config, { ...snapshot, ...found }, random);
    return {
      step(given: RoomsInput, now: Now) {
        const out = [...core.step(input(given), now)];
        const told = more === undefined ? [] : out.flatMap((each) => more(each) ?? []);
        for (const each of told) out.push(...core.step(each, now));
        return outputs(out);
      },
    };
  };
}

const same = <T>(given: T): T => given;

const rough = (make: () => Wrong): Scenario => clusterScenario(roughClusterOptions, wrongly(make));
const deleting = (make: () => Wrong): Scenario => clusterScenario(deletionsOptions, wrongly(make));
const failing = (make: () => Wrong): Scenario => failedNodeScenario(wrongly(make));
const long = (make: () => Wrong): Scenario => longLogScenario(wrongly(make));

type Sent = Extract<RoomsOutput, { kind: 'send' }>;
type Writes = (write: RoomWrite) => boolean;

const early = (kind: RoomsOutput['kind']) => (): Wrong => ({
  outputs: (all) =>
    all.map((each) => (each.kind === kind ? ({ ...each, early: true } as RoomsOutput) : each)),
});
const writes = (isKept: Writes) => (): Wrong => ({
  outputs: (all) =>
    all.map((each) => (each.kind === 'persist' ? { ...each, writes: each.writes.filter(isKept) } : each)),
});
const without = (isGone: (output: RoomsOutput) => boolean) => (): Wrong => ({
  outputs: (all) => all.filter((each) => !isGone(each)),
});
const sends = (kind: Sent['message']['kind']) => (output: RoomsOutput) =>
  output.kind === 'send' && output.message.kind === kind;
const timer = (name: string) => (output: RoomsOutput) =>
  output.kind === 'setTimer' && output.key.startsWith(name);
const notice = (kind: string) => (output: RoomsOutput) =>
  output.kind === 'notice' && output.notice.kind === kind;
/** Of what is sent. */
const altered = (alter: (message: Sent['message']) => Sent['message']) => (): Wrong => ({
  outputs: (all) =>
    all.map((each) => (each.kind === 'send' ? { ...each, message: alter(each.message) } : each)),
});
const heard = (input: (given: RoomsInput) => RoomsInput) => (): Wrong => ({ input });

/** Every so many of the answers to messages are refusals, though the message is there. */
const refuses = (code: ErrorCode) => (): Wrong => {
  let count = 0;
  const result = { ok: false, code, message: 'No.' } as const;
  return {
    outputs: (all) =>
      all.map((each) => {
        const isSeldom =
          each.kind === 'reply' && each.session !== null && each.result.ok && count++ % 40 === 39;
        return isSeldom ? { ...each, result } : each;
      }),
  };
};

type Answer = Extract<RoomsInput, { kind: 'directoryAnswered' }>['result'];
const directoryAnswers = (alter: (result: Answer) => Answer) =>
  heard((given) => (given.kind === 'directoryAnswered' ? { ...given, result: alter(given.result) } : given));

const faults: Readonly<Record<string, Scenario>> = {
  'acknowledges before it is durable': rough(early('reply')),
  'shows entries before they are durable': rough(early('deliver')),
  'sends to other nodes before it is durable': rough(early('send')),
  'does not store members': rough(writes(({ kind }) => kind !== 'putMember')),
  'keeps who has left': rough(writes(({ kind }) => kind !== 'deleteMember')),
  'does not store what a room is called, nor what is pinned': rough(
    writes((write) => write.kind !== 'putRoom' || write.room.lastSeq === 0),
  ),
  'keeps the text of what was taken away': rough(writes(({ kind }) => kind !== 'dropBodies')),
  'forgets the message, and keeps its edits': rough(() => ({
    outputs: (all) =>
      all.map((each) => {
        if (each.kind !== 'persist') return each;
        const few = each.writes.map((write) =>
          write.kind === 'dropBodies' ? { ...write, seqs: write.seqs.slice(0, 1) } : write,
        );
        return { ...each, writes: few };
      }),
  })),
  'loses a delivery now and then, and the link with it stays': rough(() => {
    let count = 0;
    return without((output) => sends('deliver')(output) && count++ % 7 === 3)();
  }),
  'attaches a session before it has answered': rough(() => ({
    outputs: (all) => [
      ...all.filter(({ kind }) => kind === 'attach'),
      ...all.filter(({ kind }) => kind !== 'attach'),
    ],
  })),
  'never lets go of who is out': rough(without(({ kind }) => kind === 'detach')),
  'never answers what others forward': rough(without(sends('forwarded'))),
  'never follows': rough(without(sends('follow'))),
  'tells nobody who came and went': rough(without(sends('presence'))),
  'tells nobody of its rooms': rough(without(sends('directory'))),
  'is silent': rough(without(sends('heartbeat'))),
  'never dials again': rough(without(timer('dial'))),
  'never stores how far people have read': rough(without(timer('readMarks'))),
  'never looks who is silent': rough(without(timer('heartbeat'))),
  'commits one entry too few': rough(
    altered((message) =>
      message.kind === 'deliver' ? { ...message, commitSeq: message.commitSeq - 1 } : message,
    ),
  ),
  'follows from the end, whatever it lacks': rough(
    altered((message) => {
      if (message.kind !== 'follow') return message;
      return { ...message, after: { ...message.after, seq: message.after.seq + 1 } };
    }),
  ),
  'finds no earlier message of the same id': rough(
    heard((given) =>
      given.kind === 'found' && given.answer.kind === 'check'
        ? { ...given, answer: { ...given.answer, existing: null } }
        : given,
    ),
  ),
  'takes everybody for an operator': rough(
    heard((given) =>
      given.kind === 'command' ? { ...given, actor: { ...given.actor, operator: true } } : given,
    ),
  ),
  'names no gap': long(without(notice('gap'))),
  'resumes one entry late': rough(
    heard((given) => {
      if (given.kind !== 'sessionOpened') return given;
      return { ...given, resume: given.resume.map((each) => ({ ...each, seq: each.seq + 1 })) };
    }),
  ),
  'lets nobody leave whose node has failed': failing(without(timer('absent'))),
  'lets them leave at once': failing(() => ({
    outputs: (all) =>
      all.map((each) =>
        each.kind === 'setTimer' && each.key.startsWith('absent') ? { ...each, afterMs: 30_000 } : each,
      ),
  })),
  'says nothing of who is away': failing(
    without((output) => sends('presence')(output) || notice('presence')(output)),
  ),
  'decides on a deletion before the votes are in': deleting(() => ({
    more: (output) => {
      if (output.kind !== 'send' || output.message.kind !== 'commit') return undefined;
      const { message } = output.message;
      if (message.kind !== 'prepare') return undefined;
      const vote = { kind: 'vote', transaction: message.transaction, vote: 'ready' } as const;
      return { kind: 'message', from: output.to, message: { kind: 'commit', message: vote } };
    },
  })),
  'promises, and does not write it down': deleting(
    writes((write) => write.kind !== 'putCommit' || write.record.state !== 'prepared'),
  ),
  'decides, and does not write it down': deleting(
    writes((write) => write.kind !== 'putCommit' || write.record.state !== 'committed'),
  ),
  'writes no tombstone': deleting(writes(({ kind }) => kind !== 'deleteRoom')),
  'tells nobody what was decided': deleting(
    without(
      (output) =>
        output.kind === 'send' &&
        output.message.kind === 'commit' &&
        output.message.message.kind === 'commit',
    ),
  ),
  'forgets at a restart what it has decided': deleting(() => ({
    commits: (all) => all.filter(({ role }) => role === 'participant'),
  })),
  'asks nobody what became of a promise to who is gone': deleting(
    without(
      (output) =>
        output.kind === 'send' &&
        output.message.kind === 'commit' &&
        output.message.message.kind === 'consult',
    ),
  ),
  'tells of a room before the directory has answered': rough(() => ({
    more: (output) => {
      if (output.kind !== 'askDirectory') return undefined;
      return { kind: 'directoryAnswered', id: output.id, result: { ok: true, result: { kind: 'claimed' } } };
    },
  })),
  'takes a refusal of the directory for its word': rough(
    directoryAnswers((result) => (result.ok ? result : { ok: true, result: { kind: 'claimed' } })),
  ),
  'keeps a room of a creation that another node has won': rough(
    directoryAnswers((result) =>
      result.ok && result.result.kind === 'roomTaken' ? { ok: true, result: { kind: 'claimed' } } : result,
    ),
  ),
  'gives up a room that may have been claimed': rough(
    directoryAnswers((result) => (result.ok ? result : { ...result, mayHappen: false })),
  ),
  'tells the directory nothing again': rough(without(timer('claims'))),
  'forgets at a restart that a room is not claimed': rough(() => ({
    intents: (all) => all.filter(({ intent }) => intent !== 'claim'),
  })),
  'writes down no room that is to be claimed': rough(writes(({ kind }) => kind !== 'putIntent')),
  'buries nothing in the directory': deleting(
    without((output) => output.kind === 'askDirectory' && output.command.kind === 'buryRoom'),
  ),
  'forgets at a restart what is to be buried': deleting(() => ({
    intents: (all) => all.filter(({ intent }) => intent !== 'bury'),
  })),
  'claims no room that was there before': long(
    heard((given) => (given.kind === 'directorySays' ? { ...given, whole: false } : given)),
  ),
  'takes a member for a stranger now and then': rough(refuses('not_a_member')),
  'says of a room that is there that it was deleted': rough(refuses('room_deleted')),
  'says of somebody that they are banned': rough(refuses('banned')),
  'forgets no node': deleting(
    heard((given) => (given.kind === 'forgetNode' ? { ...given, node: 'nobody' } : given)),
  ),
};

test.each(Object.entries(faults))('a core that %s is found', (_, scenario) => {
  expect(isCaught(scenario, 1, 60)).toBe(true);
});

test('the same wrapper around an unchanged core finds nothing', () => {
  for (const scenario of [rough, deleting, failing, long].map((make) => make(() => ({})))) {
    for (const seed of seedRange(1, 10)) scenario.run(seed);
  }
});
