import { DirectoryCore, type DirectorySnapshot, type DirectoryWrite } from '@bothy/directory/core';
import { seededRandom } from '@bothy/protocols';
import type { DirectoryCommand, DirectoryMessage, NodeId } from '@bothy/wire';
import { pino } from 'pino';
import { afterEach, expect, test } from 'vitest';
import type { DirectoryChange } from './directory-desk.ts';
import { DirectoryHost } from './directory-host.ts';

const ann = 'a'.repeat(32);
const claim = (name: string, person = ann): DirectoryCommand => {
  return { kind: 'claimName', name, person, at: { ms: 1, counter: 0 }, node: 'n1' };
};
const unavailable = { code: 'directory_unavailable' };
const fresh: DirectorySnapshot = {
  directory: null,
  yieldsTo: null,
  raft: { term: 0, votedFor: null, snapshot: null, entries: [] },
};

/** A disk that can be told to fail. What it took is counted and not kept: these tests do not start anew from it. */
class Disk {
  fails = false;
  opened = 0;
  closed = 0;
  close(): void {
    this.closed += 1;
  }

  commit(_: readonly DirectoryWrite[], done: (error?: unknown) => void): void {
    setImmediate(() => done(this.fails ? new Error('the disk is full') : undefined));
  }
}

const hosts: DirectoryHost[] = [];
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
});

async function prepared(node: NodeId, disk = new Disk()): Promise<DirectoryHost> {
  const host = new DirectoryHost({
    log: pino({ level: 'silent' }),
    open: async () => {
      disk.opened += 1;
      const core = new DirectoryCore({ node }, fresh, seededRandom(`${node} ${disk.opened}`));
      return { core, storage: disk, close: async () => disk.close() };
    },
  });
  hosts.push(host);
  await host.prepare();
  return host;
}

async function started(node: NodeId, disk?: Disk): Promise<DirectoryHost> {
  const host = await prepared(node, disk);
  host.begin();
  return host;
}

test('a node alone carries commands out, tells of them first, and knows them when it answers', async () => {
  const host = await prepared('n1');
  const heard: string[] = [];
  host.onChanged((change) => {
    heard.push(change.kind);
    if (change.kind === 'changed') heard.push(`${host.ownerOf('ann')}`);
  });
  const end = host.onChanged(() => heard.push('twice'));
  end();
  host.begin();
  const answered = host.command(claim('ann')).then((result) => heard.push(result.kind));
  await answered;
  expect(heard.slice(-3)).toEqual(['changed', ann, 'bound']);
  expect(host.view).toMatchObject({ state: 'ready', voters: ['n1'], survives: 0 });
  expect(await host.command(claim('ann', 'b'.repeat(32)))).toEqual({ kind: 'taken', by: ann });
});

test('before it begins and after it stops commands are refused with a sentence, and it can be read', async () => {
  const host = await prepared('n1');
  await expect(host.command(claim('ann'))).rejects.toMatchObject({
    ...unavailable,
    details: { mayHappen: false },
  });
  expect(host.names()).toEqual([]);
  host.begin();
  await host.command(claim('ann'));
  await host.stop();
  expect(host.ownerOf('ann')).toBe(ann);
  await expect(host.command(claim('ben'))).rejects.toMatchObject(unavailable);
});

test('a disk that fails ends what waits, which may still happen, and the directory is built anew', async () => {
  const disk = new Disk();
  const host = await started('n1', disk);
  await host.command(claim('ann'));
  disk.fails = true;
  const waiting = host.command(claim('ben'));
  await expect(waiting).rejects.toMatchObject({ ...unavailable, details: { mayHappen: true } });
  // What was known is shown until the next one knows better.
  expect(host.ownerOf('ann')).toBe(ann);
  expect(host.isStale).toBe(true);
  disk.fails = false;
  await expect.poll(() => disk.opened).toBe(2);
  expect(disk.closed).toBe(1);
  await expect.poll(() => host.view?.state).toBe('ready');
  expect(await host.command(claim('cid'))).toEqual({ kind: 'bound' });
  expect(host.isStale).toBe(false);
});

test('three nodes agree, whichever is asked, and go on without the one that led', async () => {
  const ids = ['n1', 'n2', 'n3'];
  const three = await Promise.all(ids.map((id) => prepared(id)));
  const dead = new Set<NodeId>();
  const of = (id: NodeId): DirectoryHost => {
    const host = three[ids.indexOf(id)];
    if (host === undefined) throw new Error(`no node ${id}`);
    return host;
  };
  for (const id of ids) {
    of(id).use({
      linked: ids.filter((other) => other !== id),
      sendDirectory: (to: NodeId, message: DirectoryMessage) =>
        setImmediate(() => {
          if (!dead.has(id) && !dead.has(to)) of(to).message(id, message);
        }),
    });
  }
  for (const host of three) host.begin();
  await expect.poll(() => three.map(({ view }) => view?.voters.length)).toEqual([3, 3, 3]);
  const heard: DirectoryChange[] = [];
  of('n1').onChanged((change) => heard.push(change));
  expect(await of('n3').command(claim('ann'))).toEqual({ kind: 'bound' });
  expect(of('n3').ownerOf('ann')).toBe(ann);
  await expect.poll(() => of('n1').ownerOf('ann')).toBe(ann);
  expect(heard.filter(({ kind }) => kind === 'changed')).toHaveLength(1);

  const leader = of('n1').view?.leader ?? '';
  const [left = ''] = ids.filter((id) => id !== leader);
  dead.add(leader);
  for (const id of ids) of(id).linkDown(leader);
  expect(await of(left).command(claim('ben'))).toEqual({ kind: 'bound' });
  expect(of(left).counts.leaderChanges).toBeGreaterThan(0);
});
