import type { ClientCommand, ClientNotice } from '@bothy/rooms/client-core';
import { BothyError, type RoomAnswers, type RoomEntry, type RoomInfo } from '@bothy/wire';
import { describe, expect, it } from 'vitest';
import { RoomsSession } from './rooms-session.ts';

const room = 'a2b3c4d5e6f7g2h3i4j5';
const info: RoomInfo = {
  id: room,
  name: 'Hut',
  description: '',
  visibility: 'public',
  administrator: 'n1',
  memberCount: 1,
  state: 'available',
  epoch: 1,
  lastSeq: 3,
  pinned: [],
};

function message(seq: number, author = 'guest:ben'): RoomEntry {
  const content = { kind: 'message', body: `m${seq}` } as const;
  return { epoch: 1, seq, author: author as 'guest:ben', name: 'ben', sentAt: seq, key: `k${seq}`, content };
}

type Answers = { [Kind in keyof RoomAnswers]?: () => RoomAnswers[Kind] };

/** A session over a link that answers at once. */
function stage(answers: Answers = {}, kept: readonly string[] = []) {
  const asked: ClientCommand[] = [];
  const written: string[][] = [];
  let told: (notice: ClientNotice) => void = () => {};
  let count = 0;
  const session = new RoomsSession({
    connect: (notify) => {
      told = notify;
      return {
        ask: async (command) => {
          const { kind } = command as { readonly kind: keyof RoomAnswers };
          asked.push(command);
          const answer = answers[kind] as (() => never) | undefined;
          if (answer === undefined) throw new BothyError('administrator_unreachable', 'n1 does not answer.');
          return answer();
        },
        retry: () => {},
        discard: () => {},
        start: () => {},
        stop: () => {},
      };
    },
    kept: { read: () => kept, write: (rooms) => void written.push([...rooms]) },
    newId: () => {
      count += 1;
      return `id${count}`;
    },
  });
  const opened = () => {
    told({ kind: 'session', node: 'n1', person: 'guest:ann', name: 'ann', verified: false, limits: {} });
    told({ kind: 'connection', state: 'open', url: 'ws://n1/ws' });
  };
  const settled = async () => {
    for (let turns = 0; turns < 20; turns += 1) await Promise.resolve();
  };
  return { session, asked, written, tell: (notice: ClientNotice) => told(notice), opened, settled };
}

const list = () => ({ rooms: [info], unreachable: [] });
const join = () => ({ room: info, members: [], entries: [message(2), message(3)], complete: false, read: 2 });

describe('the rooms of a tab', () => {
  it('are joined again when a node answers, and tell what is unread', async () => {
    const { session, asked, opened, settled } = stage({ list, join }, [room]);
    opened();
    await settled();
    expect(asked.map(({ kind }) => kind)).toEqual(['list', 'join']);
    expect(session.state().rooms.get(room)).toMatchObject({ standing: 'in', read: 2 });
    expect(session.unread(room)).toEqual({ count: 1, atLeast: false });
  });

  it('say why one could not come in, and try again with the next session', async () => {
    const { session, asked, opened, settled } = stage({ list }, [room]);
    opened();
    await settled();
    expect(session.state().rooms.get(room)).toMatchObject({
      standing: 'refused',
      code: 'administrator_unreachable',
    });
    opened();
    await settled();
    expect(asked.filter(({ kind }) => kind === 'join')).toHaveLength(2);
  });

  it('are tried again as well when a node is heard of again', async () => {
    const { asked, tell, opened, settled } = stage({ list }, [room]);
    opened();
    await settled();
    tell({ kind: 'node', node: 'n1', health: 'suspected' });
    tell({ kind: 'node', node: 'n1', health: 'up' });
    await settled();
    expect(asked.filter(({ kind }) => kind === 'join')).toHaveLength(2);
  });

  it('follow the log: names, pins, members, and messages that have come back', async () => {
    const { session, tell, opened, settled } = stage({ list, join }, [room]);
    opened();
    await settled();
    const outgoing = { room, messageId: 'k9', body: 'mine', writtenAt: 1 };
    tell({ kind: 'message', message: outgoing, state: 'pending' });
    expect(session.state().rooms.get(room)?.outgoing).toHaveLength(1);
    tell({ kind: 'message', message: outgoing, state: 'sent', seq: 9 });
    expect(session.state().rooms.get(room)?.outgoing).toHaveLength(1);
    const updated: RoomEntry = { ...message(4), content: { kind: 'updated', roomName: 'Deep hut' } };
    const pin: RoomEntry = { ...message(5), content: { kind: 'pin', target: 3, on: true } };
    tell({ kind: 'entries', room, entries: [updated, pin, { ...message(6), key: 'k9' }] });
    const view = session.state().rooms.get(room);
    expect(view?.info).toMatchObject({ name: 'Deep hut', pinned: [3], lastSeq: 6 });
    expect(view?.outgoing).toEqual([]);
  });

  it('end in words, and are not opened again after that', async () => {
    const { session, written, tell, opened, settled } = stage({ list, join }, [room]);
    opened();
    await settled();
    tell({ kind: 'out', room, reason: 'banned', message: 'You were banned.' });
    expect(session.state().rooms.get(room)).toMatchObject({ standing: 'out', code: 'banned' });
    expect(written.at(-1)).toEqual([]);
  });

  it('are read back page by page, to the first entry', async () => {
    const pages = [[message(1)], []];
    const history = () => ({ entries: pages.shift() ?? [], complete: true });
    const { session, opened, settled } = stage({ list, join, history }, [room]);
    opened();
    await settled();
    const page = await session.history.source(room).read({});
    expect(page.rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(page.last).toBe(true);
  });
});
