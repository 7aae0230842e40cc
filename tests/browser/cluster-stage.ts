/** Nodes of one cluster as processes that can be killed and started again where they were, each with the web app. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { launchChromium, temporaryFolder } from '@bothy/testkit';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, inject } from 'vitest';
import * as z from 'zod/mini';
import type { NodeReady } from './node-process.ts';
import { patientPage, waitMs } from './patience.ts';
import { enter } from './person.ts';

const ready: z.ZodMiniType<NodeReady> = z.object({
  webUrl: z.string(),
  clusterAddress: z.string(),
  mqttPort: z.number(),
});

export interface ClusterNode extends NodeReady {
  readonly id: string;
  /** Ends it at once, as a power cut does. */
  kill(): Promise<void>;
  /** Starts it again with what it has stored, at the addresses that it had. */
  startAgain(): Promise<void>;
}

const script = fileURLToPath(new URL('node-process.ts', import.meta.url));

async function run(
  flags: Readonly<Record<string, string>>,
  webFolder: string,
): Promise<[ChildProcess, NodeReady]> {
  const child = spawn(process.execPath, [script, JSON.stringify({ flags, webFolder })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout }))
    return [child, ready.parse(JSON.parse(line))];
  throw new Error(`the node ${flags.id} ended before it was ready`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

export interface ClusterStage {
  readonly nodes: readonly ClusterNode[];
  /** What pages threw and nobody caught, and what their content security policy stopped. */
  readonly pageErrors: string[];
  /** Opens the web app of a node in a profile of its own, and takes a name there. */
  join(name: string, at: ClusterNode): Promise<Page>;
}

/** A fresh cluster of `count` nodes for each test. */
export function clusterStage(count: number): ClusterStage {
  const webFolder = inject('webFolder');
  const nodes: ClusterNode[] = [];
  const children = new Map<string, ChildProcess>();
  const folders: ReturnType<typeof temporaryFolder>[] = [];
  const pageErrors: string[] = [];
  let browser: Browser | undefined;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  beforeEach(async () => {
    for (let at = 1; at <= count; at += 1) nodes.push(await startOne(`n${at}`, nodes[0]?.clusterAddress));
    await allHear(nodes);
  });
  afterEach(async () => {
    await Promise.all(browser?.contexts().map((context) => context.close()) ?? []);
    await Promise.all([...children.values()].map(end));
    nodes.length = 0;
    children.clear();
    for (const folder of folders.splice(0)) folder.remove();
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function startOne(id: string, join: string | undefined): Promise<ClusterNode> {
    const folder = temporaryFolder();
    folders.push(folder);
    const flags = { id, data: folder.path, ...(join === undefined ? {} : { join }) };
    const [child, ports] = await run({ ...flags, http: '0', mqtt: '0', cluster: '0' }, webFolder);
    children.set(id, child);
    const portOf = (address: string): string => address.slice(address.lastIndexOf(':') + 1);
    return {
      ...ports,
      id,
      kill: async () => {
        const running = children.get(id);
        if (running !== undefined) await end(running);
      },
      startAgain: async () => {
        const same = {
          http: new URL(ports.webUrl).port,
          mqtt: String(ports.mqttPort),
          cluster: portOf(ports.clusterAddress),
        };
        const [again] = await run({ ...flags, ...same }, webFolder);
        children.set(id, again);
      },
    };
  }

  return {
    nodes,
    pageErrors,
    join: async (name, at) => {
      if (browser === undefined) throw new Error('the stage is there only while tests run');
      const page = await patientPage(await browser.newContext());
      page.on('pageerror', (error) => pageErrors.push(error.message));
      page.on('console', (line) => {
        if (line.text().includes('Content Security Policy')) pageErrors.push(line.text());
      });
      await page.goto(at.webUrl);
      await enter(page, name);
      return page;
    },
  };
}

/**
 * Until each node hears all others, so that a page that is opened then knows where it may go on; and all of them say
 * of everyone that they belong to those who decide, so that what the page asks for is not decided meanwhile.
 */
async function allHear(nodes: readonly ClusterNode[]): Promise<void> {
  const answer = z.object({
    nodes: z.array(z.object({ health: z.string() })),
    directory: z.optional(z.object({ voters: z.array(z.string()), learners: z.array(z.string()) })),
  });
  const deadline = performance.now() + waitMs;
  for (const { webUrl, id } of nodes) {
    for (;;) {
      const status = answer.parse(await (await fetch(`${webUrl}/api/v1/cluster`)).json());
      const members = [...(status.directory?.voters ?? []), ...(status.directory?.learners ?? [])];
      const up = status.nodes.filter(({ health }) => health === 'up');
      if (up.length === nodes.length && nodes.every((node) => members.includes(node.id))) break;
      if (performance.now() > deadline) throw new Error(`${id} does not hear the others`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
