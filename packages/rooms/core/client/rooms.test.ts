import type { RoomEntry } from '@bothy/wire';
import { parseServerFrame } from '@bothy/wire/schemas';
import { describe, expect, test } from 'vitest';
import { FollowedRoom } from './followed-room.ts';
import { ClientWorld, faultIn } from './testing/client-world.ts';
import { notification } from './testing/unreliable-cluster.ts';

const room = 'a2b3c4d5e6f7g2h3i4j5';
const me = 'a'.repeat(32);

function seqs(world: ClientWorld): (number | string)[] {
  const items = world.shown.get(room)?.items ?? [];
  return items.map((item) => ('from' in item ? `${item.from}-${item.to}` : item.seq));
}

function entry(seq: number): RoomEntry {
  const content = { kind: 'message', body: 'x' } as const;
  return { epoch: 1, seq, author: 'guest:ben', name: 'ben', sentAt: 0, key: `k-${seq}`, content };
}

describe('[CL3] in order, each once', () => {
  test('a repeated entry is dropped, a hole is fetched before what follows is shown', () => {
    const world = new ClientWorld(parseServerFrame);
    world.enter(room);
    world.cluster.unreliability = { ...world.cluster.unreliability, loseEntry: 1 };
    world.cluster.write(room, 'lost');
    world.cluster.unreliability = { ...world.cluster.unreliability, loseEntry: 0, repeatEntry: 1 };
    world.cluster.write(room, 'shown');
    world.run(1_000);
    expect(seqs(world)).toEqual([1, 2]);
  });

  test('what the node does not hold is shown as a gap', () => {
    const world = new ClientWorld(parseServerFrame);
    world.enter(room);
    world.cluster.unreliability = { ...world.cluster.unreliability, loseEntry: 1 };
    for (const body of ['1', '2', '3']) world.cluster.write(room, body);
    world.cluster.base = 2;
    world.cluster.unreliability = { ...world.cluster.unreliability, loseEntry: 0 };
    world.cluster.write(room, '4');
    world.run(1_000);
    expect(seqs(world)).toEqual(['1-2', 3, 4]);
  });

  test('what a node leaves out is fetched; more than 1,000 entries are a gap at once', () => {
    const world = new ClientWorld(parseServerFrame);
    world.enter(room);
    world.cluster.unreliability = { ...world.cluster.unreliability, loseEntry: 1 };
    for (let n = 0; n < 10; n++) world.cluster.write(room, `${n}`);
    world.cluster.say(notification('room.gap', { room, from: 1, to: 10 }));
    world.run(1_000);
    expect(seqs(world)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (let n = 0; n < 1_500; n++) world.cluster.write(room, `${n}`);
    world.cluster.say(notification('room.gap', { room, from: 11, to: 1_510 }));
    world.run(1_000);
    expect(seqs(world).slice(10)).toEqual(['11-1510']);
  });

  test('what is held back is bounded, and nothing of it is hidden', () => {
    const followed = new FollowedRoom(1, 0);
    const shown = [];
    for (let seq = 2; seq <= 5_000; seq++) shown.push(...followed.take([entry(seq)]));
    shown.push(...followed.skip());
    let last = 0;
    for (const each of shown) {
      const from = each.kind === 'gap' ? each.from : (each.entries[0]?.seq ?? 0);
      expect(from).toBe(last + 1);
      last = each.kind === 'gap' ? each.to : (each.entries.at(-1)?.seq ?? 0);
    }
    expect(last).toBe(5_000);
  });
});

describe('[CL6] a new session', () => {
  test('goes on where the last one ended', () => {
    const world = new ClientWorld(parseServerFrame);
    world.enter(room);
    world.cluster.write(room, 'one');
    world.run(100);
    world.cluster.closeAll(1006);
    world.cluster.write(room, 'two');
    world.run(5_000);
    expect(world.cluster.opens.at(-1)).toMatchObject({ resume: [{ room, epoch: 1, seq: 1 }] });
    expect(seqs(world)).toEqual([1, 2]);
  });

  test('is told when the log is another one, and joins anew', () => {
    const world = new ClientWorld(parseServerFrame);
    world.enter(room);
    for (const body of ['one', 'two', 'three']) world.cluster.write(room, body);
    world.run(100);
    world.cluster.log(room).length = 1;
    world.cluster.closeAll(1006);
    world.run(5_000);
    expect(world.notices).toContainEqual({ kind: 'reset', room, commonSeq: 1 });
    world.cluster.write(room, 'other');
    world.run(100);
    expect(seqs(world)).toEqual([1, 2, 3, 2]);
    expect(world.shown.get(room)?.items.at(-1)).toMatchObject({ content: { body: 'other' } });
  });

  test('comes back within seconds to a room that the node does not know yet, and is out where there is none', () => {
    for (const isThere of [true, false]) {
      const world = new ClientWorld(parseServerFrame);
      world.enter(room);
      world.cluster.write(room, 'one');
      world.run(100);
      // The log is another one, so the room is joined anew, at a node that has just started.
      world.cluster.log(room).length = 0;
      world.cluster.refusals.set('room.join', 'room_not_found');
      world.cluster.closeAll(1006);
      world.run(2_000);
      if (isThere) world.cluster.refusals.clear();
      world.run(10_000);
      expect(world.notices.some(({ kind }) => kind === 'out')).toBe(!isThere);
    }
  });

  test('asks for the members again, once it stands', () => {
    const world = new ClientWorld(parseServerFrame);
    world.enter(room);
    world.cluster.closeAll(1006);
    world.run(5_000);
    expect(world.cluster.calls).toContain('room.info');
  });
});

describe('[CL7] out of a room', () => {
  test('who left elsewhere is out, and what waits for the room has failed', () => {
    const world = new ClientWorld(parseServerFrame);
    world.enter(room);
    world.cluster.refusals.set('room.send', 'administrator_unreachable');
    world.command('c', { kind: 'send', room, messageId: 'm-1', body: 'late' });
    world.run(500);
    world.cluster.refusals.set('room.info', 'not_a_member');
    world.cluster.append(room, me, '~left-1', {
      kind: 'left',
      person: me,
      personName: 'anna',
      reason: 'left',
    });
    world.run(500);
    expect(world.notices).toContainEqual(expect.objectContaining({ kind: 'out', room, reason: 'left' }));
    expect(world.replies.get('c')).toMatchObject({ ok: false, code: 'not_a_member' });
  });

  test('an old end is none: one came back since', () => {
    const world = new ClientWorld(parseServerFrame);
    world.enter(room);
    world.cluster.append(room, me, '~left-1', {
      kind: 'left',
      person: me,
      personName: 'anna',
      reason: 'left',
    });
    world.run(500);
    expect(world.notices.some(({ kind }) => kind === 'out')).toBe(false);
    world.cluster.write(room, 'still here');
    world.run(500);
    expect(faultIn(world.shown.get(room), world.cluster.log(room))).toBeUndefined();
  });

  test('many old ends are asked about once', () => {
    const world = new ClientWorld(parseServerFrame);
    const content = { kind: 'left', person: me, personName: 'anna', reason: 'left' } as const;
    for (let n = 0; n < 40; n++) world.cluster.append(room, me, `~left-${n}`, content);
    world.enter(room);
    for (let n = 40; n < 80; n++) world.cluster.append(room, me, `~left-${n}`, content);
    world.run(1_000);
    expect(world.cluster.calls.filter((method) => method === 'room.info').length).toBeLessThan(4);
  });

  test('who was taken out because a node failed comes back', () => {
    const world = new ClientWorld(parseServerFrame);
    world.enter(room);
    world.cluster.refusals.set('room.info', 'not_a_member');
    const content = { kind: 'left', person: me, personName: 'anna', reason: 'nodeFailed' } as const;
    world.cluster.append(room, me, '~left-1', content);
    world.run(500);
    expect(world.cluster.calls.filter((method) => method === 'room.join')).toHaveLength(2);
    expect(world.notices.some(({ kind }) => kind === 'out')).toBe(false);
  });

  test('a room that is deleted is followed no longer', () => {
    const world = new ClientWorld(parseServerFrame);
    world.enter(room);
    world.cluster.say(
      notification('room.state', { room, state: 'deleted', reason: 'This room was deleted.' }),
    );
    world.run(100);
    expect(world.notices.at(-1)).toMatchObject({ kind: 'out', reason: 'deleted' });
    world.cluster.closeAll(1006);
    world.run(5_000);
    expect(world.cluster.opens.at(-1)).toMatchObject({ resume: [] });
  });
});

test('[CL8] nothing is written between a loss and the return', () => {
  const world = new ClientWorld(parseServerFrame);
  world.enter(room);
  world.cluster.write(room, 'one');
  world.run(100);
  // The log is another one: the room is joined anew, which is refused for a while.
  world.cluster.log(room).length = 0;
  world.cluster.refusals.set('room.join', 'administrator_unreachable');
  world.cluster.closeAll(1006);
  world.run(3_000);
  world.command('c', { kind: 'send', room, messageId: 'm-1', body: 'late' });
  world.run(3_000);
  expect(world.cluster.calls).not.toContain('room.send');
  world.cluster.refusals.clear();
  world.run(60_000);
  expect(world.replies.get('c')).toMatchObject({ ok: true });
});

test('[CL19] who has asked to leave is not brought back by what the client asked before', () => {
  const world = new ClientWorld(parseServerFrame);
  world.enter(room);
  world.cluster.write(room, 'one');
  world.run(100);
  // The room is joined anew, which is refused for now, and tried again.
  world.cluster.log(room).length = 0;
  world.cluster.refusals.set('room.join', 'administrator_unreachable');
  world.cluster.closeAll(1006);
  world.run(3_000);
  world.cluster.refusals.clear();
  const joins = (): number => world.cluster.calls.filter((method) => method === 'room.join').length;
  const before = joins();
  expect(before).toBeGreaterThan(1);
  world.command('l', { kind: 'leave', requestId: 'l-1', room });
  world.run(60_000);
  expect(world.replies.get('l')).toEqual({ ok: true, value: { room } });
  expect(joins()).toBe(before);
  expect(world.notices.at(-1)).toMatchObject({ kind: 'out', reason: 'left' });
});

test('[CL19] a wish to leave that is refused leaves all as it was', () => {
  const world = new ClientWorld(parseServerFrame);
  world.enter(room);
  world.cluster.write(room, 'one');
  world.run(100);
  world.cluster.log(room).length = 0;
  world.cluster.refusals.set('room.join', 'administrator_unreachable');
  world.cluster.refusals.set('room.leave', 'administrator_unreachable');
  world.cluster.closeAll(1006);
  world.run(3_000);
  world.command('l', { kind: 'leave', requestId: 'l-1', room });
  world.run(1_000);
  expect(world.replies.get('l')).toMatchObject({ code: 'administrator_unreachable' });
  world.cluster.refusals.clear();
  world.run(60_000);
  world.cluster.write(room, 'two');
  world.run(1_000);
  expect(world.notices.some(({ kind }) => kind === 'out')).toBe(false);
  expect(seqs(world).at(-1)).toBe(1);
});

test('[CL19] a wish to leave whose answer was lost is not undone by a return', () => {
  const world = new ClientWorld(parseServerFrame);
  world.enter(room);
  world.cluster.write(room, 'one');
  world.run(100);
  world.cluster.unreliability = { ...world.cluster.unreliability, loseAnswer: 1 };
  world.command('l', { kind: 'leave', requestId: 'l-1', room });
  world.run(31_000);
  expect(world.replies.get('l')).toMatchObject({ code: 'node_unreachable' });
  world.cluster.unreliability = { ...world.cluster.unreliability, loseAnswer: 0 };
  const joins = (): number => world.cluster.calls.filter((method) => method === 'room.join').length;
  const before = joins();
  // On the next session the log is another one, so that the room would be joined anew.
  world.cluster.log(room).length = 0;
  world.cluster.refusals.set('room.info', 'not_a_member');
  world.cluster.closeAll(1006);
  world.run(60_000);
  expect(joins()).toBe(before);
  expect(world.notices.at(-1)).toMatchObject({ kind: 'out', reason: 'left' });
});

test('[CL20] a client that is started with its places goes on there', () => {
  const world = new ClientWorld(parseServerFrame, { rooms: [{ room, epoch: 1, seq: 2 }] });
  for (const body of ['one', 'two', 'three', 'four']) world.cluster.write(room, body);
  world.start();
  world.run(2_000);
  expect(world.cluster.opens.at(-1)).toMatchObject({ resume: [{ room, epoch: 1, seq: 2 }] });
  expect(world.cluster.calls).not.toContain('room.join');
  expect(seqs(world)).toEqual([3, 4]);
});

test('[CL9] a room made by a repeated request is joined, whoever made that before', () => {
  for (const [isRepeated, follows] of [
    [false, true],
    [false, false],
    [true, false],
  ] as const) {
    const world = new ClientWorld(parseServerFrame);
    world.start();
    world.run(1_000);
    const id = 'room.create#2';
    world.command('c', {
      kind: 'create',
      requestId: 'r',
      name: 'Hut',
      description: '',
      visibility: 'public',
    });
    if (isRepeated) world.cluster.closeAll(1006);
    world.run(isRepeated ? 5_000 : 0);
    const frames = world.outputs.flatMap((output) => (output.kind === 'frame' ? [output] : []));
    const asked = frames.findLast(({ json }) => json.method === 'room.create');
    const info = {
      id: room,
      name: 'Hut',
      description: '',
      visibility: 'public',
      administrator: 'n1',
    } as const;
    const made = { ...info, memberCount: 1, state: 'available', epoch: 1, lastSeq: 2, pinned: [] } as const;
    const frame = {
      kind: 'answer',
      id: asked?.json.id ?? id,
      method: 'room.create',
      result: { room: made },
    } as const;
    world.input({ kind: 'frame', connection: asked?.connection ?? 0, frame });
    const head = { room, epoch: 1, seq: 1, messageId: 'k-1', author: 'guest:ben', name: 'ben', sentAt: 0 };
    if (follows) world.cluster.say(notification('room.message', { ...head, body: 'x' }));
    world.run(1_000);
    // Nothing follows where an earlier request made it, on another connection or in another session.
    expect(world.cluster.calls.includes('room.join')).toBe(!follows);
  }
});
