/** Nodes with names, and a directory that all of them ask: one list of records, in the order in which commands reach it. */
import { setImmediate as turn } from 'node:timers/promises';
import { type Random, seededRandom } from '@bothy/protocols';
import {
  BothyError,
  type Certificate,
  claimedAfter,
  type DirectoryCommand,
  type DirectoryResult,
  type KeptKey,
  mergeRecords,
  type Name,
  type NameRecord,
  type NodeId,
  ownerOf,
  type PersonId,
  releasedRecord,
} from '@bothy/wire';
import { ClusterNameDirectory, type LocalNames, type NameAgreement, type OwnerChange } from '../src/index.ts';

/** A disk in memory. */
export class MemoryLocalNames implements LocalNames {
  readonly #records = new Map<Name, NameRecord>();
  /** Refuses to write. */
  isFull = false;

  async lookup(name: Name): Promise<PersonId | undefined> {
    return ownerOf(this.#records.get(name));
  }

  async record(name: Name): Promise<NameRecord | undefined> {
    return this.#records.get(name);
  }

  async merge(records: readonly NameRecord[]): Promise<readonly OwnerChange[]> {
    if (this.isFull) throw new BothyError('storage_failed', 'the disk is full');
    return records.flatMap((record) => {
      const known = this.#records.get(record.name);
      const merged = mergeRecords(known ?? { name: record.name, claims: [] }, record);
      this.#records.set(record.name, merged);
      const [before, after] = [ownerOf(known), ownerOf(merged)];
      return before === after ? [] : [{ name: record.name, before, after }];
    });
  }

  async page(after: Name | '', limit: number): Promise<readonly NameRecord[]> {
    const behind = [...this.#records.values()].filter(({ name }) => name > after);
    return behind.sort((one, other) => (one.name < other.name ? -1 : 1)).slice(0, limit);
  }
}

export interface NameNode {
  readonly id: NodeId;
  readonly local: MemoryLocalNames;
  readonly names: ClusterNameDirectory<MemoryLocalNames>;
  readonly changes: OwnerChange[];
  readonly failures: unknown[];
}

export class NameNodes {
  readonly nodes: readonly NameNode[];
  readonly #random: Random;
  /** What the majority knows, and what each node has applied of it: how many of the commands. */
  readonly #log: DirectoryCommand[] = [];
  readonly #applied = new Map<NodeId, Map<Name, NameRecord>>();
  readonly #cut = new Set<NodeId>();
  /** What the majority knows of keys; and what each node does that is cut off. */
  readonly #keys = new Map<PersonId, KeptKey>();
  readonly #knewKeys = new Map<NodeId, ReadonlyMap<PersonId, KeptKey>>();

  constructor(seed: string, ids: readonly NodeId[], open = true) {
    this.#random = seededRandom(seed);
    this.nodes = ids.map((id) => this.#start(id, open));
  }

  node(index: number): NameNode {
    const node = this.nodes[index];
    if (node === undefined) throw new Error(`there is no node ${index}`);
    return node;
  }

  /** This node reaches no majority, and hears nothing, until `heal`. */
  cut(node: NodeId): void {
    this.#knewKeys.set(node, new Map(this.#keys));
    this.#cut.add(node);
  }

  /** By a command at one that is not cut off. */
  keepOut(person: PersonId, isOut = true): void {
    const epoch = (this.#keys.get(person)?.epoch ?? 0) + 1;
    this.#keys.set(person, { person, name: 'somebody', isOut, epoch, by: 'ops', atMs: 0 });
  }

  /** What was missed comes as a snapshot. */
  heal(): void {
    for (const id of this.#cut) {
      this.#applied.set(id, this.#state());
      this.nodes.find((node) => node.id === id)?.names.replaced();
    }
    this.#cut.clear();
    this.#knewKeys.clear();
  }

  #start(id: NodeId, open: boolean): NameNode {
    const local = new MemoryLocalNames();
    const changes: OwnerChange[] = [];
    const failures: unknown[] = [];
    this.#applied.set(id, new Map());
    const agreement: NameAgreement = {
      command: (command) => this.#command(id, command),
      name: (name) => this.#applied.get(id)?.get(name),
      key: (person) => (this.#knewKeys.get(id) ?? this.#keys).get(person),
      names: () => [...(this.#applied.get(id)?.values() ?? [])],
    };
    const names = new ClusterNameDirectory({
      node: id,
      local,
      open,
      agreement,
      wallMs: () => 1_000,
      changed: (change) => changes.push(change),
      failed: (thrown) => failures.push(thrown),
    });
    return { id, local, names, changes, failures };
  }

  async #command(asker: NodeId, command: DirectoryCommand): Promise<DirectoryResult> {
    await this.#later();
    const unavailable = () => new BothyError('directory_unavailable', 'no majority');
    if (this.#cut.has(asker)) throw unavailable();
    if (command.kind === 'claimName' && this.#keys.get(command.person)?.isOut === true)
      return { kind: 'keptOut' };
    this.#log.push(command);
    const result = apply(this.#state(this.#log.length - 1), command);
    for (const { id, names } of this.nodes) {
      if (this.#cut.has(id)) continue;
      apply(this.#applied.get(id) ?? new Map(), command);
      names.changed(command);
    }
    await this.#later();
    return result;
  }

  #state(count = this.#log.length): Map<Name, NameRecord> {
    const state = new Map<Name, NameRecord>();
    for (const command of this.#log.slice(0, count)) apply(state, command);
    return state;
  }

  async #later(): Promise<void> {
    for (let turns = this.#random.below(4); turns >= 0; turns -= 1) await turn();
  }
}

function apply(state: Map<Name, NameRecord>, command: DirectoryCommand): DirectoryResult {
  switch (command.kind) {
    case 'claimName': {
      const { name, person, node, at } = command;
      const known = state.get(name) ?? { name, claims: [] };
      const owner = known.claims[0];
      if (owner !== undefined && owner.person !== person) return { kind: 'taken', by: owner.person };
      const claimed = owner?.claimed ?? { at: claimedAfter(known, at), node };
      state.set(name, mergeRecords(known, { name, claims: [{ person, claimed, sure: true }] }));
      return { kind: 'bound' };
    }
    case 'releaseName': {
      const known = state.get(command.name);
      if (known !== undefined) state.set(command.name, releasedRecord(known, command.at));
      return { kind: 'released', was: ownerOf(known) ?? null };
    }
    case 'takeIn':
      for (const record of command.content.names)
        state.set(record.name, mergeRecords(state.get(record.name) ?? record, record));
      return { kind: 'done' };
    default:
      return { kind: 'done' };
  }
}

const key = 'A'.repeat(43);

/** A directory trusts that the caller has verified the certificate, so its keys may be anything. */
export function certificate(name: Name, person: PersonId): Certificate {
  return { v: 1, name, person, personKey: key, device: 'd'.repeat(16), deviceKey: key, issuedAt: 0 };
}
