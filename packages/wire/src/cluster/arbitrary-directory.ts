/** Anything that nodes may say about the replicated directory, for properties. */
import fc from 'fast-check';
import {
  few,
  id,
  kind,
  line,
  node,
  number,
  of,
  on,
  person,
  personName,
  record,
  room,
  seq,
  stamp,
} from './arbitrary-parts.ts';

const directory = of(/^[A-Za-z0-9_-]{1,20}$/);
const edge = of(/^[a-z][a-z0-9]{0,8}$/);
const roomClaim = fc.record({
  room,
  administrator: node,
  epoch: number,
  creation: fc.oneof(of(/^[a-z2-7]{16}$/), kind('')),
});
const home = fc.record({ v: fc.constant(1 as const), edge, home: node, epoch: seq, claimedMs: number });
const key = fc.record({ person, name: personName, isOut: on, epoch: seq, by: personName, atMs: number });
const parts = {
  names: few(record),
  rooms: few(roomClaim),
  buried: few(fc.record({ room, epoch: number })),
  homes: few(home),
};
const directoryContent = fc.oneof(
  fc.record(parts),
  fc.record({ ...parts, keys: fc.array(key, { minLength: 1, maxLength: 3 }) }),
);
const directoryCommand = fc.oneof(
  fc.record({ kind: kind('claimName'), name: personName, person, at: stamp, node }),
  fc.record({ kind: kind('releaseName'), name: personName, at: stamp }),
  fc.record({ kind: kind('keepOut'), person, name: personName, by: personName, epoch: number, atMs: number }),
  fc.record({ kind: kind('letIn'), person, by: personName, epoch: number, atMs: number }),
  fc.record({ kind: kind('claimRoom'), claim: roomClaim }),
  fc.record({ kind: kind('buryRoom'), room, epoch: number }),
  fc.record({ kind: kind('claimHome'), edge, node, atMs: number }),
  fc.record({ kind: kind('moveHome'), edge, to: node, epoch: number, atMs: number }),
  fc.record({ kind: kind('forgetHome'), edge }),
  fc.record({ kind: kind('removeNode'), node, nodes: few(node), atMs: number }),
  fc.record({ kind: kind('takeIn'), node, from: directory, content: directoryContent }),
);
const directoryResult = fc.oneof(
  fc.record({ kind: fc.constantFrom('bound', 'keptOut', 'claimed', 'roomBuried', 'done') }),
  fc.record({ kind: kind('taken'), by: person }),
  fc.record({ kind: kind('key'), key: fc.oneof(key, fc.constant(null)) }),
  fc.record({ kind: kind('released'), was: fc.oneof(person, fc.constant(null)) }),
  fc.record({ kind: kind('roomTaken'), by: roomClaim }),
  fc.record({ kind: kind('home'), home: fc.oneof(home, fc.constant(null)) }),
  fc.record({ kind: kind('homeMoved'), home }),
  fc.record({ kind: kind('removed'), moved: few(home) }),
  fc.record({ kind: kind('full'), sentence: line }),
);
const configuration = fc.record({ voters: few(node), outgoing: few(node), learners: few(node) });
const raftEntry = fc.record({
  index: seq,
  term: number,
  content: fc.oneof(
    fc.record({ kind: kind('command'), command: directoryCommand }),
    fc.record({ kind: kind('configuration'), configuration }),
    fc.record({ kind: kind('nothing') }),
  ),
});
const head = { term: number, round: number };
const raft = fc.oneof(
  fc.record({
    kind: kind('requestVote'),
    term: number,
    pre: on,
    transfer: on,
    lastIndex: number,
    lastTerm: number,
  }),
  fc.record({ kind: kind('vote'), term: number, pre: on, granted: on }),
  fc.record({
    kind: kind('append'),
    ...head,
    previousIndex: number,
    previousTerm: number,
    entries: few(raftEntry),
    commit: number,
  }),
  fc.record({ kind: kind('appended'), ...head, matchIndex: number }),
  fc.record({ kind: kind('conflict'), ...head, previousIndex: number, hintIndex: number, hintTerm: number }),
  fc.record({
    kind: kind('snapshot'),
    ...head,
    snapshot: fc.record({ index: number, term: number, configuration, state: directoryContent }),
  }),
  fc.record({ kind: kind('timeoutNow'), term: number }),
);
const leader = fc.oneof(node, fc.constant(null));
export const replicated = fc.oneof(
  fc.record({
    kind: kind('about'),
    about: fc.record({
      directory,
      term: number,
      leader,
      voters: few(node),
      learners: few(node),
      level: fc.nat(9),
    }),
  }),
  fc.record({ kind: kind('raft'), directory, message: raft }),
  fc.record({ kind: kind('ask'), directory, id, command: directoryCommand }),
  fc.record({ kind: kind('answer'), id, index: number, result: directoryResult }),
  fc.record({ kind: kind('refuse'), id, leader }),
  fc.record({ kind: kind('enrol'), directory, id, from: directory, content: directoryContent }),
  fc.record({ kind: kind('enrolled'), directory, id, index: number }),
  fc.record({ kind: kind('askRead'), directory, id }),
);
