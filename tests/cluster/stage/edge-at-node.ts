/** An edge and the node that stores what it reads, as far as both can be asked. */
import { join } from 'node:path';
import { httpRequest } from '@bothy/testkit';
import { expect, onTestFinished } from 'vitest';
import { type ClusterStage, eventually } from './cluster-stage.ts';
import { EdgeProcess, type EdgeSetup } from './edge-process.ts';
import { edgeOf, storedOf } from './monitoring.ts';
import type { NodeProcess } from './node-process.ts';
import type { JudgeOptions } from './reading-history.ts';
import type { ReadingWatch } from './reading-watch.ts';

/** That publishes at this node, and is ended with the test. It is not started. */
export function edgeAt(stage: ClusterStage, node: NodeProcess, setup: Partial<EdgeSetup> = {}): EdgeProcess {
  const { id = 'edge-1' } = setup;
  const data = join(stage.folder, id);
  const made = new EdgeProcess({ id, broker: node.mqttUrl, data, ...setup });
  onTestFinished(() => made.end());
  return made;
}

/** Waits until the node has more than so many readings of an edge. */
export async function hasStored(node: NodeProcess, id: string, more: number): Promise<void> {
  const stored = async (): Promise<number> => (await edgeOf(node, id))?.counts.stored ?? 0;
  await eventually(async () => (await stored()) > more, `${node.id} has ${more} readings of ${id}`);
}

/** What was said to be stored was there at every look, once, and no look took back what an earlier one had shown. */
export async function expectWhole(watched: ReadingWatch, options: JudgeOptions = {}): Promise<void> {
  // However fast the rest was.
  await eventually(() => watched.history.counts.looks > 5, 'it has looked more than five times');
  const history = await watched.finish();
  expect(history.problems(options)).toEqual([]);
  const { stored, looks } = history.counts;
  expect(Math.min(stored, looks)).toBeGreaterThan(5);
}

/** Sends a command; its id. */
export async function command(node: NodeProcess, id: string, what: object): Promise<string> {
  const body = { command: what };
  const sent = await httpRequest(`${node.webUrl}/api/v1/edges/${id}/commands`, { method: 'POST', body });
  if (sent.status !== 200) throw new Error(sent.text);
  return (JSON.parse(sent.text) as { id: string }).id;
}

/**
 * Starts the edge once more, so that it states the last numbers of the start before, and looks whether the node has
 * them all, each once.
 */
export async function allIsStored(node: NodeProcess, made: EdgeProcess): Promise<void> {
  await made.end('SIGTERM');
  await made.start();
  await eventually(async () => {
    // An answer to a command is in a status, which is said at once.
    await command(node, made.id, { name: 'read' }).catch(() => undefined);
    const { status, counts } = (await edgeOf(node, made.id)) ?? {};
    // Nothing of an earlier start waits at the edge any more.
    return status?.state === 'online' && status.outbox?.starts === 0 && counts?.missing === 0;
  }, `${node.id} has all of ${made.id}`).catch(async (thrown: Error) => {
    const { status, counts } = (await edgeOf(node, made.id)) ?? {};
    throw new Error(`${thrown.message}: ${JSON.stringify({ status, counts })}`);
  });
  const counted = (await edgeOf(node, made.id))?.counts.stored ?? Number.NaN;
  const stored = async () => (await storedOf(node, made.id, 'temperature')).stampsMs;
  // A reading is counted when it is taken, and stored with the next commit.
  await eventually(async () => (await stored()).length >= counted, `all ${counted} are on the disk`);
  const stampsMs = await stored();
  expect(new Set(stampsMs).size).toBe(stampsMs.length);
}
