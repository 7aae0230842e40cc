/**
 * The own directory ends in another one.
 *
 *   own ──a higher one is led by somebody linked──▶ yielding ──enrolled──▶ in the other one
 *    ▲                                               │ takes no command; says what it has to the other's leader
 *    └──out of sight for 3 s, not taken in for 15 s──┘
 *
 * That it yields is durable before anybody is told what it has, so whatever it binds later is not missing from that; and
 * it lets go of its own only with the answer to its last word.
 */
import type { DirectoryAbout, DirectoryMessage, NodeId } from '@bothy/wire';
import { timing } from './config.ts';
import type { Neighbours } from './neighbours.ts';
import { outranks, replaces, whereVotersWent } from './rank.ts';
import type { Replica } from './replica.ts';
import type { Step } from './step.ts';

type Enrolled = Extract<DirectoryMessage, { kind: 'enrolled' }>;

export class Joining {
  readonly #node: NodeId;
  readonly #replica: Replica;
  readonly #neighbours: Neighbours;
  #to: string | null;
  #sinceMs = -1;
  #unseenSinceMs = -1;
  /** Of this time of yielding, in which what there is to say does not change. */
  #id = '';
  #asked: { readonly leader: NodeId; readonly againMs: number } | undefined;
  /** Where this node was not taken in, and when it may try again. */
  #resting: { readonly directory: string; readonly untilMs: number } | undefined;

  constructor(node: NodeId, to: string | null, replica: Replica, neighbours: Neighbours) {
    this.#node = node;
    this.#to = to;
    this.#replica = replica;
    this.#neighbours = neighbours;
  }

  /** The own directory takes no commands. */
  get isYielding(): boolean {
    return this.#to !== null;
  }

  /** Looks at who is there. */
  look(step: Step): void {
    const { monoMs } = step.now;
    if (this.#sinceMs < 0) this.#sinceMs = monoMs;
    const target = this.#target(monoMs);
    if (target === undefined) return this.#unseen(step);
    this.#unseenSinceMs = -1;
    const { directory, leader } = target;
    if (this.#to !== directory) {
      if (this.#to === null) this.#sinceMs = monoMs;
      this.#to = directory;
      this.#id = '';
      this.#asked = undefined;
      step.persist({ kind: 'putYield', to: directory });
    }
    if (monoMs - this.#sinceMs >= timing.joinAtMostMs) return this.#rest(step, directory);
    if (this.#asked?.leader === leader && monoMs < this.#asked.againMs) return;
    this.#asked = { leader, againMs: monoMs + timing.enrolAgainMs };
    if (this.#id === '') this.#id = this.#replica.newId(16);
    const { directory: from } = this.#replica;
    const content = this.#replica.everything();
    step.send(leader, { kind: 'enrol', directory, id: this.#id, from, content });
  }

  /** True when this node belongs to another directory now. */
  enrolled(step: Step, from: NodeId, { directory, id, index }: Enrolled): boolean {
    if (this.#to !== directory || this.#id !== id || id === '') return false;
    this.over();
    const voters = this.#neighbours.aboutOf(from)?.voters.filter((voter) => voter !== this.#node) ?? [];
    this.#replica.join(step, directory, index, voters.length > 0 ? voters : [from]);
    return true;
  }

  refused(step: Step, id: string): void {
    if (this.#id === id && this.#asked !== undefined)
      this.#asked = { ...this.#asked, againMs: step.now.monoMs + timing.tickMs };
  }

  /** The own directory is another one now. */
  over(): void {
    this.#to = null;
    this.#id = '';
    this.#asked = undefined;
    this.#unseenSinceMs = -1;
  }

  /** The highest of those that the own directory ends in, by the word of its leader. */
  #target(monoMs: number): (DirectoryAbout & { readonly leader: NodeId }) | undefined {
    const own = this.#replica.about;
    const went = whereVotersWent(own, this.#node, (node) => this.#neighbours.aboutOf(node));
    let best: (DirectoryAbout & { readonly leader: NodeId }) | undefined;
    for (const node of this.#neighbours.all) {
      const about = this.#neighbours.aboutOf(node);
      if (about === undefined || about.leader !== node || about.directory === own.directory) continue;
      if (this.#resting?.directory === about.directory && monoMs < this.#resting.untilMs) continue;
      if (!this.#endsIn(about, own, went)) continue;
      if (best === undefined || outranks(about, best)) best = { ...about, leader: node };
    }
    return best;
  }

  #endsIn(other: DirectoryAbout, own: DirectoryAbout, went: ReadonlySet<string>): boolean {
    if (replaces(own.directory, other.directory)) return false;
    if (replaces(other.directory, own.directory) || went.has(other.directory)) return true;
    return this.#replica.isOnlyVoter && outranks(other, own);
  }

  #unseen(step: Step): void {
    if (this.#to === null) return;
    const { monoMs } = step.now;
    if (this.#unseenSinceMs < 0) this.#unseenSinceMs = monoMs;
    if (monoMs - this.#unseenSinceMs >= timing.joinUnseenMs) this.#goOn(step);
  }

  #rest(step: Step, directory: string): void {
    this.#resting = { directory, untilMs: step.now.monoMs + timing.joinRestMs };
    this.#goOn(step);
  }

  #goOn(step: Step): void {
    this.over();
    step.persist({ kind: 'putYield', to: null });
  }
}
