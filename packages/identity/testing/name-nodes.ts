/** Nodes with names and a network between them, for tests: questions and answers arrive when the seed says so. */
import { setImmediate as turn } from 'node:timers/promises';
import { type Random, seededRandom } from '@bothy/protocols';
import type { Certificate, Name, NameAnswer, NameQuestion, NodeId, PersonId } from '@bothy/wire';
import {
  ClusterNameDirectory,
  type LocalNames,
  MemoryNameDirectory,
  type OwnerChange,
} from '../src/index.ts';

/** A process: it does nothing more once it has crashed. */
class Process {
  isAlive = true;
  crash = (): void => {};
  readonly crashed = new Promise<undefined>((resolve) => {
    this.crash = () => {
      this.isAlive = false;
      resolve(undefined);
    };
  });
}

export interface NameNode {
  readonly id: NodeId;
  /** Survives a crash. */
  readonly local: MemoryNameDirectory;
  names: ClusterNameDirectory;
  process: Process;
  readonly changes: OwnerChange[];
  /** Its clock shows this much more than it should. */
  readonly aheadMs: number;
}

export class NameNodes {
  readonly nodes: readonly NameNode[];
  readonly random: Random;
  readonly #cut = new Set<string>();
  readonly #waiting: (() => void)[] = [];
  #nowMs = 1_000_000;

  constructor(seed: string, ids: readonly NodeId[]) {
    this.random = seededRandom(seed);
    this.nodes = ids.map((id, index) => {
      const local = new MemoryNameDirectory();
      const changes: OwnerChange[] = [];
      const aheadMs = index * 60_000;
      const process = new Process();
      return {
        id,
        local,
        changes,
        aheadMs,
        process,
        names: this.#start(id, local, changes, aheadMs, process),
      };
    });
  }

  node(index: number): NameNode {
    const node = this.nodes[index];
    if (node === undefined) throw new Error(`there is no node ${index}`);
    return node;
  }

  /** What was on its way there is forgotten, what was written down is not. */
  crash(index: number): void {
    const node = this.node(index);
    node.process.crash();
    node.process = new Process();
    node.names = this.#start(node.id, node.local, node.changes, node.aheadMs, node.process);
  }

  cut(one: NodeId, other: NodeId): void {
    this.#cut.add(pair(one, other));
  }

  heal(): void {
    this.#cut.clear();
  }

  /** Lets one thing arrive. False when nothing is on its way. */
  async arrive(): Promise<boolean> {
    await turn();
    const index = this.random.below(Math.max(1, this.#waiting.length));
    const [next] = this.#waiting.splice(index, 1);
    this.#nowMs += 1;
    next?.();
    await turn();
    return next !== undefined;
  }

  /** Lets everything arrive, and what follows from it. */
  async settle(): Promise<void> {
    while (await this.arrive());
  }

  /** Runs something to its end, whatever else arrives meanwhile. */
  async finish<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = work.finally(() => {
      isOver = true;
    });
    while (!isOver) await this.arrive();
    return await over;
  }

  /** Every pair of nodes meets and tells each other all. */
  async exchangeAll(): Promise<void> {
    for (const { id, names } of this.nodes) {
      for (const other of this.nodes) if (other.id !== id) await this.finish(names.exchange(other.id));
    }
  }

  #start(
    id: NodeId,
    local: MemoryNameDirectory,
    changes: OwnerChange[],
    aheadMs: number,
    process: Process,
  ): ClusterNameDirectory {
    // Before a disk is asked, and between that and its answer, other things may happen.
    const slowly = async <T>(work: () => Promise<T>): Promise<T> => {
      if (this.random.below(3) === 0) await this.#pass(process);
      const result = await work();
      if (this.random.below(3) === 0) await this.#pass(process);
      return result;
    };
    const slow: LocalNames = {
      claim: (...claim) => slowly(() => local.claim(...claim)),
      lookup: (name) => slowly(() => local.lookup(name)),
      release: (name) => slowly(() => local.release(name)),
      record: (name) => slowly(() => local.record(name)),
      merge: (records) => slowly(() => local.merge(records)),
      digests: () => slowly(() => local.digests()),
      bucket: (...page) => slowly(() => local.bucket(...page)),
    };
    return new ClusterNameDirectory({
      node: id,
      local: slow,
      wallMs: () => this.#nowMs + aheadMs,
      monoMs: () => this.#nowMs,
      changed: (change) => changes.push(change),
      peers: {
        known: () => this.nodes.map((node) => node.id).filter((other) => other !== id),
        ask: (other, question) => this.#ask(id, process, other, question),
      },
    });
  }

  /** A link that is cut, before or between, is as good as an answer that does not come in time. */
  async #ask(
    from: NodeId,
    asker: Process,
    to: NodeId,
    question: NameQuestion,
  ): Promise<NameAnswer | undefined> {
    await this.#pass(asker);
    const other = this.nodes.find(({ id }) => id === to);
    if (other === undefined || this.#cut.has(pair(from, to))) return undefined;
    const { process, names } = other;
    const answering = names.answer(structuredClone(question));
    // Who crashes answers nothing, which its asker hears as a link that ended.
    const answer = await Promise.race([answering, process.crashed]);
    await this.#pass(asker);
    return this.#cut.has(pair(from, to)) ? undefined : structuredClone(answer);
  }

  /** Comes back when the seed says so, and to a crashed process never. */
  async #pass(process: Process): Promise<void> {
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (!process.isAlive) await new Promise(() => {});
  }
}

function pair(one: NodeId, other: NodeId): string {
  return [one, other].sort().join(' ');
}

const key = 'A'.repeat(43);

/** A directory trusts that the caller has verified the certificate, so its keys may be anything. */
export function certificate(name: Name, person: PersonId): Certificate {
  return { v: 1, name, person, personKey: key, device: 'd'.repeat(16), deviceKey: key, issuedAt: 0 };
}
