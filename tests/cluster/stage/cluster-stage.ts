/** Some nodes, each a process with a folder of its own, and the network between them. */
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts, temporaryFolder } from '@bothy/testkit';
import type { TestContext } from 'vitest';
import { LinkProxy } from './link-proxy.ts';
import { type NodeDatabase, readRooms } from './node-database.ts';
import { NodeProcess } from './node-process.ts';

export interface ClusterOptions {
  /** @default 3 */
  readonly nodes?: number;
  /** Whether nodes reach each other through proxies. @default false */
  readonly network?: boolean;
  readonly flags?: readonly string[];
  /** Further settings, by id of node. */
  readonly flagsOf?: Readonly<Record<string, readonly string[]>>;
  /** How far clocks are off, by id of node. */
  readonly clocksMs?: Readonly<Record<string, number>>;
  /** Data folders other than the stage's own, by id of node. */
  readonly folders?: Readonly<Record<string, string>>;
  /** Whether all start and hear each other before the test begins. @default true */
  readonly started?: boolean;
  /** Which nodes each one is told to join. @default all others */
  readonly join?: (id: string) => readonly string[];
}

/**
 * For what takes some seconds on a machine that has nothing else to do. All of a test has `testTimeout` of
 * vitest.config.ts; this is shorter, so that it is said what did not come.
 */
export const patience = { timeout: 120_000, interval: 50 } as const;

/** For what can only be asked again and again; who rejects is asked again too. Rejects when it is not so in time. */
export async function eventually(
  isSo: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs: number = patience.timeout,
): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    let cause: unknown;
    try {
      if (await isSo()) return;
    } catch (thrown) {
      cause = thrown;
    }
    if (performance.now() > endMs) throw new Error(`not in time: ${what}`, { cause });
    await new Promise((resolve) => setTimeout(resolve, patience.interval));
  }
}

export class ClusterStage {
  readonly nodes: readonly NodeProcess[];
  readonly folder: string;
  readonly #proxies: ReadonlyMap<string, LinkProxy>;
  #looks = 0;

  private constructor(
    folder: string,
    nodes: readonly NodeProcess[],
    proxies: ReadonlyMap<string, LinkProxy>,
  ) {
    this.folder = folder;
    this.nodes = nodes;
    this.#proxies = proxies;
  }

  /** Taken down after the test; when that has failed, the folders with their logs are kept, and told where. */
  static async open(context: TestContext, options: ClusterOptions = {}): Promise<ClusterStage> {
    const { nodes: count = 3, network = false, flags = [], flagsOf = {}, clocksMs = {} } = options;
    const folder = temporaryFolder();
    const ids = Array.from({ length: count }, (_, index) => `n${index + 1}`);
    const ports = await freePorts(3 * count);
    const portOf = (id: string): number => ports[3 * ids.indexOf(id)] ?? 0;
    const proxies = new Map<string, LinkProxy>();
    for (const [from, to] of network ? pairs(ids) : []) {
      proxies.set(`${from} ${to}`, await LinkProxy.open(portOf(to)));
    }
    const nodes = ids.map((id, index) => {
      const others = ids.filter((other) => other !== id);
      const proxied = others.flatMap((other) => {
        const proxy = proxies.get(`${id} ${other}`);
        return proxy === undefined ? [] : [[portOf(other), proxy.port] as const];
      });
      return new NodeProcess({
        id,
        clusterPort: portOf(id),
        httpPort: ports[3 * index + 1] ?? 0,
        mqttPort: ports[3 * index + 2] ?? 0,
        data: options.folders?.[id] ?? join(folder.path, id),
        join: (options.join?.(id) ?? others).map(portOf),
        routes: new Map(proxied),
        flags: [...flags, ...(flagsOf[id] ?? [])],
        clockMs: clocksMs[id] ?? 0,
      });
    });
    const stage = new ClusterStage(folder.path, nodes, proxies);
    context.onTestFinished(async ({ task }) => {
      await stage.stop();
      for (const proxy of proxies.values()) proxy.close();
      if (task.result?.state !== 'fail') return folder.remove();
      process.stderr.write(`${task.name}: nodes and logs are kept in ${folder.path}\n${stage.logs()}\n`);
    });
    if (options.started !== false) {
      await Promise.all(nodes.map((node) => node.start()));
      await stage.isComplete();
    }
    return stage;
  }

  node(id: string): NodeProcess {
    const found = this.nodes.find((node) => node.id === id);
    if (found === undefined) throw new Error(`there is no node ${id}`);
    return found;
  }

  /** Waits until every node that runs hears every other one that runs, all at once. */
  async isComplete(): Promise<void> {
    const running = this.nodes.filter((node) => node.isRunning);
    const hearsAll = async (node: NodeProcess): Promise<boolean> => {
      const heard = (await node.hears()).split(', ');
      return running.every((other) => other === node || heard.includes(`${other.id} up`));
    };
    await eventually(
      async () => (await Promise.all(running.map(hearsAll))).every((isSo) => isSo),
      `${running.map(({ id }) => id).join()} hear each other`,
    );
  }

  /** Both ways between two nodes: connections break and none come about. */
  cut(one: string, other: string): void {
    this.#proxy(one, other).cut();
    this.#proxy(other, one).cut();
  }

  /** What `from` sends to `to` is swallowed, whoever dialled. */
  hold(from: string, to: string): void {
    this.#proxy(from, to).hold('there');
    this.#proxy(to, from).hold('back');
  }

  release(from: string, to: string): void {
    this.#proxy(from, to).release('there');
    this.#proxy(to, from).release('back');
  }

  heal(): void {
    for (const proxy of this.#proxies.values()) proxy.heal();
  }

  delay(delayMs: number): void {
    for (const proxy of this.#proxies.values()) proxy.delay(delayMs);
  }

  /** Ends every node as a power cut would. */
  async stop(): Promise<void> {
    await Promise.all(
      this.nodes.map(async (node) => {
        // One that stands still would not hear of it.
        if (node.isRunning) node.resume();
        await node.end();
      }),
    );
  }

  /** What every node has on its disk now: a copy is read, so that nothing is mended that is broken. */
  databases(): NodeDatabase[] {
    return this.nodes.map((node) => this.database(node.id));
  }

  database(id: string): NodeDatabase {
    this.#looks += 1;
    const copy = join(this.folder, `look-${this.#looks}`);
    const { data } = this.node(id).setup;
    cpSync(data, copy, {
      recursive: true,
      filter: (path) => path === data || /rooms\.sqlite(-wal)?$/.test(path),
    });
    return readRooms(id, join(copy, 'rooms.sqlite'));
  }

  logs(): string {
    return this.nodes.map((node) => `--- ${node.id}\n${node.output}${lastLines(node.setup.data)}`).join('\n');
  }

  #proxy(from: string, to: string): LinkProxy {
    const proxy = this.#proxies.get(`${from} ${to}`);
    if (proxy === undefined)
      throw new Error(`no proxy leads from ${from} to ${to}: the stage has no network`);
    return proxy;
  }
}

function lastLines(data: string): string {
  const file = join(data, 'node.log');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(-40).join('\n') : '';
}

function pairs(ids: readonly string[]): [string, string][] {
  return ids.flatMap((from) => ids.filter((to) => to !== from).map((to): [string, string] => [from, to]));
}
