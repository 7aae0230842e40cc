import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { seededRandom } from '@bothy/protocols';
import { SqliteRemovals } from '@bothy/store';
import { temporaryFolder } from '@bothy/testkit';
import type { RoomResult } from '@bothy/wire';
import { BothyError } from '@bothy/wire';
import { pino } from 'pino';
import { expect, type TestContext, test } from 'vitest';
import { Removals } from './removals.ts';

const ben = 'b'.repeat(32);
const by = { name: 'ranger', person: 'r'.repeat(32) };

/** The parts of a node as removals see them, and a disk that stays when removals end. */
async function open(context: TestContext) {
  const folder = temporaryFolder();
  const parts = {
    owners: new Map([['ben', ben]]),
    isLeaderless: false,
    keptOut: new Set<string>(),
    /** What was done, in order. */
    doings: [] as string[],
    /** By room, who is a member, and who is banned. */
    rooms: new Map([['kitchen', { members: new Set([ben]), banned: new Set<string>() }]]),
    away: [] as string[],
    refusing: new Set<string>(),
    mailbox: 2,
    signedOff: 0,
  };
  const refuse = (code: 'not_a_member' | 'room_not_found' | 'administrator_unreachable'): RoomResult => ({
    ok: false,
    code,
    message: `refused: ${code}`,
  });
  const ports = {
    keys: {
      keepOut: async (person: string) => {
        if (parts.isLeaderless) throw new BothyError('directory_unavailable', 'No majority can be reached.');
        parts.keptOut.add(person);
        parts.doings.push('keep out');
      },
      letIn: async (person: string) => {
        if (parts.keptOut.delete(person)) parts.doings.push('let in');
      },
    },
    names: {
      lookup: async (name: string) => parts.owners.get(name),
      release: async (name: string) => {
        if (parts.isLeaderless) throw new BothyError('directory_unavailable', 'No majority can be reached.');
        parts.doings.push('release');
        return parts.owners.delete(name);
      },
      bind: async (name: string, person: string) => {
        // As the directory does.
        if (parts.keptOut.has(person)) return false;
        parts.doings.push('bind');
        return parts.owners.set(name, person) !== undefined;
      },
    },
    endSessions: () => {
      parts.signedOff += 1;
    },
    clearMailbox: async () => {
      const found = parts.mailbox;
      parts.mailbox = 0;
      return found;
    },
    rooms: {
      command: async (actor: { person: string; operator: boolean }, command: { kind: string }) => {
        const asked = command as { kind: string; room: string; person?: string; on?: boolean };
        const room = parts.rooms.get(asked.room);
        if (room === undefined) return refuse('room_not_found');
        if (asked.kind === 'info') {
          return room.members.has(actor.person)
            ? ({ ok: true, value: {} } as RoomResult)
            : refuse('not_a_member');
        }
        if (parts.refusing.has(asked.room)) return refuse('administrator_unreachable');
        if (!actor.operator) return refuse('not_a_member');
        room.members.delete(asked.person ?? '');
        if (asked.on === true) room.banned.add(asked.person ?? '');
        else room.banned.delete(asked.person ?? '');
        return { ok: true, value: { epoch: 1, seq: 1 } } as RoomResult;
      },
      listed: () => [...parts.rooms.keys()],
      away: () => parts.away,
    },
  };
  const running: { removals: Removals; store: SqliteRemovals }[] = [];
  const stop = async (): Promise<void> => {
    for (const { removals, store } of running.splice(0)) {
      await removals.stop();
      await store.close();
    }
  };
  context.onTestFinished(async () => {
    await stop();
    folder.remove();
  });
  const start = async (): Promise<Removals> => {
    await stop();
    const store = await SqliteRemovals.open({ file: join(folder.path, 'removals.sqlite') });
    const removals = new Removals({
      store,
      ports,
      log: pino({ enabled: false }),
      random: seededRandom('removals'),
      wallMs: () => 1_000,
      againMs: 5,
    });
    running.push({ removals, store });
    await removals.begin();
    return removals;
  };
  return { parts, start, file: join(folder.path, 'removals.sqlite') };
}

const stateOf = (removals: Removals): string | undefined => removals.all[0]?.progress.state;

test('the key is kept out, and name, sessions, rooms and mailbox go, one after the other', async (context) => {
  const { parts, start } = await open(context);
  const removals = await start();
  const { removal } = await removals.remove('ben', ben, by);
  await expect.poll(() => stateOf(removals)).toBe('completed');
  expect(parts.owners.has('ben')).toBe(false);
  expect(parts.rooms.get('kitchen')).toEqual({ members: new Set(), banned: new Set([ben]) });
  expect([parts.mailbox, parts.signedOff, parts.keptOut.has(ben)]).toEqual([0, 1, true]);
  expect(parts.doings).toEqual(['keep out', 'release']);
  await expect(removals.cancel(removal.id, 'ranger')).rejects.toMatchObject({ code: 'bad_request' });
  await expect(removals.cancel('x', 'ranger')).rejects.toMatchObject({ code: 'not_found' });
});

test('a removal that waits goes on after a start, from the step that was under way', async (context) => {
  const { parts, start } = await open(context);
  parts.refusing.add('kitchen');
  parts.away = ['n2'];
  const first = await start();
  await first.remove('ben', ben, by);
  await expect.poll(() => first.all[0]?.progress.trouble).toBe('refused: administrator_unreachable');
  const again = await first.remove('ben', ben, by);
  expect(first.all).toHaveLength(1);
  const second = await start();
  expect(second.all).toMatchObject([{ removal: again.removal, progress: { state: 'running', done: 3 } }]);
  parts.refusing.clear();
  await expect.poll(() => second.all[0]?.progress.trouble).toMatch(/n2 cannot be reached/);
  parts.away = [];
  await expect.poll(() => stateOf(second)).toBe('completed');
  const third = await start();
  expect(stateOf(third)).toBe('completed');
});

test('without a majority the key waits, and nothing else has been done', async (context) => {
  const { parts, start } = await open(context);
  parts.isLeaderless = true;
  const removals = await start();
  await removals.remove('ben', ben, by);
  await expect.poll(() => removals.all[0]?.progress.trouble).toBe('No majority can be reached.');
  expect([parts.signedOff, parts.rooms.get('kitchen')?.members.size]).toEqual([0, 1]);
  parts.isLeaderless = false;
  await expect.poll(() => stateOf(removals)).toBe('completed');
});

test('taken back, bans that it made are lifted, older ones stay, and the name is given back', async (context) => {
  const { parts, start } = await open(context);
  parts.rooms.set('attic', { members: new Set(), banned: new Set([ben]) });
  parts.away = ['n2'];
  const removals = await start();
  const { removal } = await removals.remove('ben', ben, by);
  await expect.poll(() => removals.all[0]?.progress.trouble).toMatch(/n2/);
  await removals.cancel(removal.id, 'ranger');
  await expect.poll(() => stateOf(removals)).toBe('compensated');
  expect(parts.owners.get('ben')).toBe(ben);
  // A key that is kept out is given no name.
  expect(parts.doings).toEqual(['keep out', 'release', 'let in', 'bind']);
  expect(parts.rooms.get('kitchen')?.banned.size).toBe(0);
  expect(parts.rooms.get('attic')?.banned.size).toBe(1);
  expect(removals.all[0]?.progress.reason).toBe('ranger took it back.');
});

test('whoever may return keeps their key, also over a start, and nobody is let in by taking that back', async (context) => {
  const { parts, start } = await open(context);
  parts.away = ['n2'];
  const first = await start();
  await first.remove('ben', ben, by, { mayReturn: true });
  await expect.poll(() => first.all[0]?.progress.trouble).toMatch(/n2/);
  const second = await start();
  const [waiting] = second.all;
  expect(waiting?.removal.mayReturn).toBe(true);
  expect(parts.keptOut.size).toBe(0);
  // By another removal, at another node.
  parts.keptOut.add(ben);
  await second.cancel(waiting?.removal.id ?? '', 'ranger');
  await expect.poll(() => stateOf(second)).toBe('compensated');
  expect(parts.keptOut.has(ben)).toBe(true);
});

test('a removal of a version before has no such step, and goes on without it', async (context) => {
  const { parts, start, file } = await open(context);
  const steps = ['name', 'sessions', 'rooms', 'mailbox'].map((name) => ({
    name,
    kind: name === 'mailbox' ? 'pivot' : 'compensatable',
  }));
  await (await start()).stop();
  const database = new DatabaseSync(file);
  database.exec(`ALTER TABLE removal DROP COLUMN may_return;
    DELETE FROM kysely_migration WHERE name = '002-may-return'`);
  const record = { saga: 'old', subject: ben, steps, state: 'running', done: 1 };
  database
    .prepare('INSERT INTO removal VALUES (?, ?, ?, ?, ?, ?, ?)')
    .run('old', 'ben', ben, by.name, by.person, 5, JSON.stringify(record));
  database.close();
  const removals = await start();
  await expect.poll(() => stateOf(removals)).toBe('completed');
  expect(removals.all[0]?.removal.mayReturn).toBe(true);
  expect(parts.doings).toEqual([]);
});

test('a name that somebody else took meanwhile is theirs: it is not given back, nor is their mailbox cleared', async (context) => {
  const { parts, start } = await open(context);
  parts.away = ['n2'];
  const removals = await start();
  const { removal } = await removals.remove('ben', ben, by);
  await expect.poll(() => removals.all[0]?.progress.trouble).toMatch(/n2/);
  parts.owners.set('ben', 'e'.repeat(32));
  await removals.cancel(removal.id, 'ranger');
  await expect.poll(() => stateOf(removals)).toBe('compensated');
  expect(parts.owners.get('ben')).toBe('e'.repeat(32));

  parts.owners.set('ben', ben);
  await removals.remove('ben', ben, by);
  await expect.poll(() => removals.all.at(-1)?.progress.trouble).toMatch(/n2/);
  parts.owners.set('ben', 'e'.repeat(32));
  parts.away = [];
  await expect
    .poll(() => removals.all.map(({ progress }) => progress.state).sort())
    .toEqual(['compensated', 'completed']);
  expect(parts.mailbox).toBe(2);
});
