/** A node whose disk takes no more, in a cluster that goes on. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ClusterStage, patience } from './stage/cluster-stage.ts';
import { History } from './stage/history.ts';
import { breaches } from './stage/history-checker.ts';
import { RecordedClient } from './stage/recorded-client.ts';
import { smallDisk } from './stage/small-disk.ts';

test('a full disk: the node refuses, says so, loses nothing that it acknowledged, and goes on once there is space', async (context) => {
  const disk = smallDisk();
  context.onTestFinished(() => disk.remove());
  const stage = await ClusterStage.open(context, { folders: { n1: disk.path } });
  const history = new History();
  const [one = '', two = '', three = ''] = stage.nodes.map((node) => node.socketUrl);
  const anna = new RecordedClient('anna', [one], history);
  const ben = new RecordedClient('ben', [two], history);
  const cleo = new RecordedClient('cleo', [three], history);
  const room = await anna.create('full');
  const other = await ben.create('elsewhere');
  await Promise.all([ben, cleo].map((client) => client.join(room)));
  await Promise.all([anna, cleo].map((client) => client.join(other)));
  for (let n = 0; n < 20; n += 1) await ben.say(room, `before ${n}`);

  const { pid } = stage.node('n1');
  disk.fill(pid);
  const log = (): string => readFileSync(join(disk.path, 'node.log'), 'utf8') + stage.node('n1').output;
  const before = history.answered.length;
  const waiting = [anna.say(room, 'from its own'), ben.say(room, 'from another'), cleo.say(room, 'and one')];
  await expect.poll(() => ready(one), patience).toBe(false);
  await expect.poll(() => ben.refusals.length + cleo.refusals.length, patience).toBeGreaterThan(0);
  for (const code of [...ben.refusals, ...cleo.refusals]) {
    expect(['administrator_unreachable', 'rate_limited']).toContain(code);
  }
  // Rooms of the others take no notice.
  const meanwhile = await cleo.say(other, 'business as usual');
  expect(history.answered).toHaveLength(before + 1);

  disk.free(pid);
  await Promise.all(waiting);
  await expect.poll(() => ready(one), patience).toBe(true);
  const last = await cleo.say(room, 'after');
  const all = [anna, ben, cleo];
  await Promise.all(
    all.flatMap((client) => [client.untilSeen(room, last), client.untilSeen(other, meanwhile)]),
  );
  // It is the same process: nobody had to start it again.
  expect(stage.node('n1').pid).toBe(pid);
  expect(log()).toMatch(/rooms end and start anew|disk/);
  for (const client of [anna, ben, cleo]) client.close();
  await stage.stop();
  const databases = stage.databases();
  expect(breaches({ history, databases, caughtUp: ['n1', 'n2', 'n3'] })).toEqual([]);
});

async function ready(socketUrl: string): Promise<boolean> {
  return (await fetch(socketUrl.replace('ws', 'http').replace('/ws', '/readyz'))).ok;
}
