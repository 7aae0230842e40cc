/** Cores that are linked without delay, on disks that write at once: time passes when a test says so. */
import { seededRandom } from '@bothy/protocols';
import type { DirectoryCommand, DirectoryMessage, DirectoryResult } from '@bothy/wire';
import type { DirectoryConfig } from '../config.ts';
import { DirectoryCore } from '../directory-core.ts';
import type { DirectoryInput, DirectoryOutput, DirectoryRefusal } from '../directory-messages.ts';
import { DirectoryStoreModel } from './directory-store-model.ts';

export type Outcome = { readonly ok: true; readonly result?: DirectoryResult } | DirectoryRefusal;

interface Actor {
  core: DirectoryCore;
  disk: DirectoryStoreModel;
  starts: number;
  isUp: boolean;
  readonly timers: Map<string, number>;
  readonly outputs: DirectoryOutput[];
}

export class DirectoryStage {
  nowMs = 0;
  /** Messages for which this says no are lost. */
  isHeard: (from: string, to: string, message: DirectoryMessage) => boolean = () => true;
  readonly answers = new Map<string, Outcome>();
  readonly #seed: string;
  readonly #config: Partial<DirectoryConfig>;
  readonly #actors = new Map<string, Actor>();
  readonly #links = new Set<string>();
  readonly #queue: { readonly to: string; readonly input: DirectoryInput }[] = [];
  #count = 0;

  constructor(seed = 'stage', config: Partial<DirectoryConfig> = {}) {
    this.#seed = seed;
    this.#config = config;
  }

  /** Starts it, on the disk that it had. */
  start(...ids: readonly string[]): void {
    for (const id of ids) {
      const known = this.#actors.get(id);
      const disk = known?.disk ?? new DirectoryStoreModel();
      const starts = (known?.starts ?? 0) + 1;
      const random = seededRandom(`${this.#seed} ${id} ${starts}`);
      const core = new DirectoryCore({ ...this.#config, node: id }, disk.snapshot(), random);
      this.#actors.set(id, { core, disk, starts, isUp: true, timers: new Map(), outputs: [] });
      this.give(id, { kind: 'start' });
    }
  }

  stop(id: string): void {
    for (const other of this.#actors.keys()) this.cut(id, other);
    this.#actor(id).isUp = false;
  }

  loseDisk(id: string): void {
    this.#actor(id).disk = new DirectoryStoreModel();
  }

  core(id: string): DirectoryCore {
    return this.#actor(id).core;
  }

  disk(id: string): DirectoryStoreModel {
    return this.#actor(id).disk;
  }

  /** What has come out of it since its start. */
  outputs(id: string): readonly DirectoryOutput[] {
    return this.#actor(id).outputs;
  }

  link(one: string, other: string): void {
    if (this.#links.has(keyOf(one, other))) return;
    this.#links.add(keyOf(one, other));
    this.#queue.push({ to: one, input: { kind: 'linkUp', node: other } });
    this.give(other, { kind: 'linkUp', node: one });
  }

  cut(one: string, other: string): void {
    if (!this.#links.delete(keyOf(one, other))) return;
    this.#queue.push({ to: one, input: { kind: 'linkDown', node: other } });
    this.give(other, { kind: 'linkDown', node: one });
  }

  linkAll(...ids: readonly string[]): void {
    for (const one of ids) for (const other of ids) if (one < other) this.link(one, other);
  }

  give(id: string, input: DirectoryInput): void {
    this.#queue.push({ to: id, input });
    this.#drain();
  }

  /** Its id: what it was told is in `answers` under it. */
  command(id: string, command: DirectoryCommand): string {
    this.#count += 1;
    const key = `ask ${this.#count}`;
    this.give(id, { kind: 'command', id: key, command });
    return key;
  }

  advance(forMs: number): void {
    const untilMs = this.nowMs + forMs;
    for (;;) {
      const [next] = [...this.#actors]
        .flatMap(([id, { timers, isUp }]) =>
          isUp ? [...timers].map(([key, atMs]) => ({ id, key, atMs })) : [],
        )
        .sort((a, b) => a.atMs - b.atMs);
      if (next === undefined || next.atMs > untilMs) break;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      this.#actor(next.id).timers.delete(next.key);
      this.give(next.id, { kind: 'timer', key: next.key });
    }
    this.nowMs = untilMs;
  }

  #actor(id: string): Actor {
    const actor = this.#actors.get(id);
    if (actor === undefined) throw new Error(`nobody is called ${id}`);
    return actor;
  }

  #drain(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const actor = this.#actor(next.to);
      if (!actor.isUp) continue;
      const now = { monoMs: this.nowMs, wallMs: 1_700_000_000_000 + this.nowMs };
      for (const output of actor.core.step(next.input, now)) this.#carryOut(next.to, actor, output);
    }
  }

  #carryOut(id: string, actor: Actor, output: DirectoryOutput): void {
    actor.outputs.push(output);
    switch (output.kind) {
      case 'persist':
        for (const write of output.writes) actor.disk.write(write);
        if (output.token !== undefined)
          this.#queue.push({ to: id, input: { kind: 'durable', token: output.token } });
        return;
      case 'setTimer':
        actor.timers.set(output.key, this.nowMs + output.afterMs);
        return;
      case 'clearTimer':
        actor.timers.delete(output.key);
        return;
      case 'send':
        if (!this.#links.has(keyOf(id, output.to)) || !this.isHeard(id, output.to, output.message)) return;
        this.#queue.push({ to: output.to, input: { kind: 'message', from: id, message: output.message } });
        return;
      case 'answered':
      case 'read':
      case 'forgotten':
        this.answers.set(output.id, output.result);
        return;
      case 'changed':
      case 'replaced':
      case 'standing':
        return;
    }
  }
}

function keyOf(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}
