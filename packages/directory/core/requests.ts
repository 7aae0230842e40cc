/**
 * What was asked for at this node, until it is answered.
 *
 *   waiting ──leads──▶ proposed ──committed──────────────▶ answered
 *     ▲ └──leader linked──▶ asked ──answer──▶ decided ──applied here──▶ answered
 *     └──refused, link or leadership lost──┘
 *   any of these ──5 s──▶ refused
 *
 * Commands are idempotent, so one that may have been lost on its way is asked for again at the next leader.
 */
import { type DirectoryCommand, type DirectoryResult, levelOfCommand, type NodeId } from '@bothy/wire';
import { bounds, timing } from './config.ts';
import type { DirectoryRefusal } from './directory-messages.ts';
import type { Neighbours } from './neighbours.ts';
import type { Replica } from './replica.ts';
import type { Step } from './step.ts';

export type Outcome = { readonly ok: true; readonly result: DirectoryResult } | DirectoryRefusal;

interface Request {
  /** Of what it waits for now: a proposal, or a question to a leader. Empty while it is with nobody. */
  key: string;
  /** Null: a read. */
  readonly command: DirectoryCommand | null;
  readonly done: (step: Step, outcome: Outcome) => void;
  readonly untilMs: number;
  /** Who was asked; undefined where this node leads. */
  leader: NodeId | undefined;
  askedMs: number;
  /** A leader has it, or had it. */
  wasSent: boolean;
  /** Once it is decided: to be answered when this entry is applied here. */
  decided: { readonly index: number; readonly result: DirectoryResult } | undefined;
}

const done: DirectoryResult = { kind: 'done' };

export class Requests {
  readonly #replica: Replica;
  readonly #neighbours: Neighbours;
  /** Of this start: an answer to an earlier one answers nothing of this. */
  readonly #boot: string;
  /** In order of their deadlines. */
  readonly #all = new Set<Request>();
  readonly #waiting = new Set<Request>();
  readonly #byKey = new Map<string, Request>();
  readonly #decided = new Set<Request>();
  #count = 0;
  /** There may be something to do for some that wait. */
  #isStirred = false;

  constructor(replica: Replica, neighbours: Neighbours) {
    this.#replica = replica;
    this.#neighbours = neighbours;
    this.#boot = replica.newId(10);
  }

  ask(step: Step, command: DirectoryCommand | null, done: Request['done']): void {
    if (this.#all.size >= bounds.waiting) {
      const message = 'Too much waits for the directory of the cluster. Try again in a moment.';
      return done(step, { ok: false, code: 'limit_reached', message, mayHappen: false });
    }
    const level = command === null ? 0 : levelOfCommand(command);
    const old = this.#neighbours.behind(level, this.#replica.directory);
    if (old !== undefined) {
      const message = `${old} runs an earlier version of Bothy, which does not know of this. Update it first.`;
      return done(step, { ok: false, code: 'directory_unavailable', message, mayHappen: false });
    }
    const untilMs = step.now.monoMs + timing.answerWithinMs;
    const asked = { command, done, untilMs };
    const request = { ...asked, key: '', leader: undefined, askedMs: 0, wasSent: false, decided: undefined };
    this.#all.add(request);
    this.#waiting.add(request);
    this.#isStirred = true;
  }

  /** Another leader, another link, or a while has passed. */
  stir(): void {
    this.#isStirred = true;
  }

  /** Sends on what waits. */
  pump(step: Step, mayPropose: boolean): void {
    if (!this.#isStirred) return;
    this.#isStirred = false;
    const { leads, raft } = this.#replica;
    const { leader } = raft;
    for (const request of [...this.#byKey.values()]) {
      if (request.leader !== undefined && request.leader !== leader) this.#wait(request);
    }
    const canAsk = leader !== null && this.#neighbours.has(leader);
    if (!mayPropose || !(leads || canAsk)) return;
    for (const request of [...this.#waiting]) {
      if (leads) this.#propose(step, request);
      else if (leader !== null) this.#ask(step, request, leader);
    }
  }

  /** By the own Raft member. `result` is undefined for a read. */
  proposed(step: Step, key: string, isDecided: boolean, result: DirectoryResult | undefined): void {
    const request = this.#byKey.get(key);
    if (request === undefined || request.leader !== undefined) return;
    if (isDecided) this.#finish(step, request, { ok: true, result: result ?? done });
    else this.#wait(request);
  }

  /** By the leader. */
  answered(step: Step, from: NodeId, key: string, index: number, result: DirectoryResult): void {
    const request = this.#byKey.get(key);
    if (request === undefined || request.leader !== from) return;
    this.#byKey.delete(key);
    request.decided = { index, result };
    this.#decided.add(request);
    this.applied(step);
  }

  refused(from: NodeId, key: string): void {
    const request = this.#byKey.get(key);
    if (request?.leader === from) this.#wait(request);
  }

  /** More may be applied here. */
  applied(step: Step): void {
    if (this.#decided.size === 0) return;
    for (const request of [...this.#decided]) {
      const { decided } = request;
      if (decided === undefined || decided.index > this.#replica.raft.commit) continue;
      this.#finish(step, request, { ok: true, result: decided.result });
    }
  }

  linkDown(node: NodeId): void {
    for (const request of [...this.#byKey.values()]) if (request.leader === node) this.#wait(request);
  }

  /** Places in the log of the directory before mean nothing in the one that this node belongs to now. */
  directoryChanged(): void {
    for (const request of this.#all) this.#wait(request);
    this.#isStirred = true;
  }

  tick(step: Step, why: string): void {
    this.#isStirred = true;
    const longAgoMs = step.now.monoMs - timing.askAgainMs;
    for (const request of [...this.#byKey.values()]) {
      if (request.leader !== undefined && request.askedMs < longAgoMs) this.#wait(request);
    }
    for (const request of [...this.#all]) {
      if (step.now.monoMs < request.untilMs) return;
      const { command, wasSent } = request;
      const mayHappen = wasSent && command !== null;
      this.#finish(step, request, { ok: false, code: 'directory_unavailable', message: why, mayHappen });
    }
  }

  #propose(step: Step, request: Request): void {
    const { command } = request;
    const id = this.#give(request, 'own ', undefined);
    this.#replica.run(
      step,
      command === null ? { kind: 'read', id, mode: 'index' } : { kind: 'propose', id, command },
    );
  }

  #ask(step: Step, request: Request, leader: NodeId): void {
    const { command } = request;
    const { directory } = this.#replica;
    request.askedMs = step.now.monoMs;
    const id = this.#give(request, `${this.#boot}-`, leader);
    step.send(
      leader,
      command === null ? { kind: 'askRead', directory, id } : { kind: 'ask', directory, id, command },
    );
  }

  #give(request: Request, prefix: string, leader: NodeId | undefined): string {
    this.#count += 1;
    request.key = `${prefix}${this.#count}`;
    request.leader = leader;
    request.wasSent = true;
    this.#waiting.delete(request);
    this.#byKey.set(request.key, request);
    return request.key;
  }

  #wait(request: Request): void {
    this.#byKey.delete(request.key);
    this.#decided.delete(request);
    request.key = '';
    request.leader = undefined;
    request.decided = undefined;
    this.#waiting.add(request);
  }

  #finish(step: Step, request: Request, outcome: Outcome): void {
    this.#all.delete(request);
    this.#waiting.delete(request);
    this.#decided.delete(request);
    this.#byKey.delete(request.key);
    request.done(step, outcome);
  }
}
