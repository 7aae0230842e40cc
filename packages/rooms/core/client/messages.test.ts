import { parseServerFrame } from '@bothy/wire/schemas';
import { describe, expect, test } from 'vitest';
import type { ClientCommand } from './inputs.ts';
import { ClientWorld } from './testing/client-world.ts';

const room = 'a2b3c4d5e6f7g2h3i4j5';

function send(messageId: string, body = 'hello'): ClientCommand {
  return { kind: 'send', room, messageId, body };
}

function states(world: ClientWorld, messageId: string): string[] {
  return world.notices.flatMap((notice) =>
    notice.kind === 'message' && notice.message.messageId === messageId ? [notice.state] : [],
  );
}

describe('[CL1] a message goes until it is answered', () => {
  test('over a lost answer: sent again with its id, and written once', () => {
    const world = new ClientWorld(parseServerFrame);
    world.enter(room);
    world.cluster.unreliability = { ...world.cluster.unreliability, loseAnswer: 1 };
    world.command('c', send('m-1'));
    world.run(5_000);
    expect(world.replies.get('c')).toBeUndefined();
    world.cluster.unreliability = { ...world.cluster.unreliability, loseAnswer: 0 };
    world.run(30_000);
    expect(world.replies.get('c')).toEqual({ ok: true, value: { epoch: 1, seq: 1, duplicate: true } });
    expect(world.cluster.log(room)).toHaveLength(1);
    expect(states(world, 'm-1')).toEqual(['pending', 'sent']);
  });

  test('one of a room is on its way at a time; other rooms do not wait for it', () => {
    const world = new ClientWorld(parseServerFrame);
    const other = 'b2b3c4d5e6f7g2h3i4j5';
    world.enter(room);
    world.cluster.refusals.set('room.send', 'administrator_unreachable');
    for (const id of ['m-1', 'm-2']) world.command(id, send(id));
    world.command('o-1', { ...send('o-1'), room: other } as ClientCommand);
    world.run(500);
    expect(world.cluster.calls.filter((method) => method === 'room.send')).toHaveLength(2);
    world.cluster.refusals.clear();
    world.run(60_000);
    expect(world.cluster.log(room).map(({ key }) => key)).toEqual(['m-1', 'm-2']);
    expect(world.cluster.log(other).map(({ key }) => key)).toEqual(['o-1']);
  });

  test('the same message given twice is one; with another text it is refused', () => {
    const world = new ClientWorld(parseServerFrame);
    world.command('one', send('m-1'));
    world.command('two', send('m-1'));
    world.command('three', send('m-1', 'else'));
    expect(world.replies.get('three')).toMatchObject({ ok: false, code: 'message_id_reused' });
    world.enter(room);
    expect(world.replies.get('one')).toEqual(world.replies.get('two'));
    expect(world.cluster.log(room)).toHaveLength(1);
  });
});

describe('[CL2] what is refused has failed', () => {
  test('it is told, kept, and sent again with its id when the person says so', () => {
    const world = new ClientWorld(parseServerFrame);
    world.enter(room);
    world.cluster.refusals.set('room.send', 'forbidden');
    world.command('c', send('m-1'));
    world.command('d', send('m-2'));
    world.run(1_000);
    expect(world.replies.get('c')).toMatchObject({ ok: false, code: 'forbidden' });
    expect(states(world, 'm-1')).toEqual(['pending', 'failed']);
    expect(world.outbox).toMatchObject([{ failure: { code: 'forbidden' } }, { messageId: 'm-2' }]);
    world.cluster.refusals.clear();
    world.run(60_000);
    expect(world.cluster.log(room)).toEqual([]);
    world.command('again', { kind: 'retry', room, messageId: 'm-1' });
    world.command('away', { kind: 'discard', room, messageId: 'm-2' });
    world.run(1_000);
    expect(world.replies.get('again')).toMatchObject({ ok: true });
    expect(states(world, 'm-2').at(-1)).toBe('givenUp');
    expect(world.cluster.log(room).map(({ key }) => key)).toEqual(['m-1']);
    expect(world.outbox).toEqual([]);
  });

  test('a message on its way cannot be given up, for it may be there already', () => {
    const world = new ClientWorld(parseServerFrame);
    world.enter(room);
    world.command('c', send('m-1'));
    world.command('away', { kind: 'discard', room, messageId: 'm-1' });
    expect(world.replies.get('away')).toMatchObject({ ok: false, code: 'bad_request' });
    world.command('none', { kind: 'retry', room, messageId: 'm-9' });
    expect(world.replies.get('none')).toMatchObject({ ok: false, code: 'not_found' });
  });
});

describe('[CL4] the outbox', () => {
  test('a message is kept before it is sent', () => {
    const world = new ClientWorld(parseServerFrame);
    world.enter(room);
    const before = world.outputs.length;
    world.command('c', send('m-1'));
    const kinds = world.outputs.slice(before).map(({ kind }) => kind);
    expect(kinds.indexOf('persist')).toBeLessThan(kinds.indexOf('frame'));
    expect(kinds).toContain('persist');
  });

  test('the next start shows what waits, and sends it', () => {
    const world = new ClientWorld(parseServerFrame);
    world.command('c', send('m-1'));
    world.restart();
    world.run(1_000);
    expect(states(world, 'm-1')).toEqual(['pending', 'pending', 'sent']);
    expect(world.cluster.log(room).map(({ key }) => key)).toEqual(['m-1']);
    expect(world.outbox).toEqual([]);
  });

  test('without one nothing is written', () => {
    const world = new ClientWorld(parseServerFrame, { keepsOutbox: false });
    world.enter(room);
    world.command('c', send('m-1'));
    world.run(1_000);
    expect(world.outputs.some(({ kind }) => kind === 'persist')).toBe(false);
    expect(world.replies.get('c')).toMatchObject({ ok: true });
  });
});

describe('[CL5] bounds', () => {
  test('the message after the thousandth is refused, and room is made by an acknowledgement', () => {
    const world = new ClientWorld(parseServerFrame);
    for (let n = 0; n < 1_000; n++) world.command(`c-${n}`, send(`m-${n}`));
    world.command('more', send('more'));
    expect(world.replies.get('more')).toMatchObject({ ok: false, code: 'limit_reached' });
    world.enter(room);
    world.run(60_000);
    world.command('now', send('now'));
    world.run(1_000);
    expect(world.replies.get('now')).toMatchObject({ ok: true });
    expect(world.cluster.log(room)).toHaveLength(1_001);
  });

  test('what no node would take is not sent', () => {
    const world = new ClientWorld(parseServerFrame);
    world.enter(room);
    world.command('body', send('m-1', 'x'.repeat(64 * 1024 + 1)));
    // Every byte is escaped: the frame would be larger than nodes take, and the connection would end.
    world.command('frame', send('m-2', '\u001f'.repeat(60 * 1024)));
    world.command('edit', {
      kind: 'edit',
      requestId: 'r',
      room,
      target: 1,
      body: '\u001f'.repeat(60 * 1024),
    });
    for (const id of ['body', 'frame', 'edit']) {
      expect(world.replies.get(id)).toMatchObject({ ok: false, code: 'payload_too_large' });
    }
  });

  test('the call after the 256th is refused', () => {
    const world = new ClientWorld(parseServerFrame);
    for (let n = 0; n < 256; n++) world.command(`c-${n}`, { kind: 'list' });
    world.command('more', { kind: 'list' });
    expect(world.replies.get('more')).toMatchObject({ ok: false, code: 'limit_reached' });
    world.run(30_000);
    expect(world.replies.get('c-0')).toMatchObject({ ok: false, code: 'node_unreachable' });
    world.command('now', { kind: 'list' });
    expect(world.replies.get('now')).toBeUndefined();
  });
});
