/** Who changes the cluster: adds, removes and replaces members, takes learners, hands leadership over. */
import type { MemberId, Random } from '@bothy/protocols';
import type { Simulation } from '@bothy/simulator';
import type { Output } from './raft-words.ts';
import type { SimMember } from './sim-member.ts';

export interface RaftOperatorOptions {
  readonly simulation: Simulation;
  readonly members: readonly SimMember[];
  /** Mean time between changes of who counts; 0 for none. */
  readonly changeEveryMs: number;
  /** Mean time between transfers; 0 for none. */
  readonly transferEveryMs: number;
  /** Voters of a change, at least. */
  readonly leastVoters: number;
}

const retryMs = 100;
const againShare = 0.3;

export class RaftOperator {
  changes = 0;
  transfers = 0;
  readonly #options: RaftOperatorOptions;
  readonly #random: Random;
  readonly #wanted = new Set<string>();
  #ids = 0;
  #goesOn = true;

  constructor(options: RaftOperatorOptions) {
    this.#options = options;
    this.#random = options.simulation.random('operator');
    this.#every(options.changeEveryMs, () => {
      this.#change(this.#someMembers());
      // Another one at once, which has to wait for the first.
      if (this.#random.next() >= againShare) return;
      options.simulation.after(this.#random.next() * 30, () => this.#change(this.#someMembers()));
    });
    this.#every(options.transferEveryMs, () => this.#transfer());
  }

  answered({ kind, id, result }: Extract<Output, { kind: 'proposed' | 'transferred' }>): void {
    if (!result.ok) return;
    this.#wanted.delete(id);
    if (kind === 'proposed') this.changes += 1;
    else this.transfers += 1;
  }

  /** Asks until these are the voters; gives what says whether they are. */
  settle(voters: readonly MemberId[]): () => boolean {
    this.#goesOn = false;
    const id = this.#id();
    this.#wanted.add(id);
    const ask = (): void => {
      if (!this.#wanted.has(id)) return;
      this.#leader()?.process.submit({ kind: 'change', id, voters, learners: [] });
      this.#options.simulation.after(retryMs, ask);
    };
    ask();
    return () => !this.#wanted.has(id);
  }

  #someMembers(): { readonly voters: readonly MemberId[]; readonly learners: readonly MemberId[] } {
    const { members, leastVoters } = this.#options;
    const now = new Set(this.#leader()?.core?.configuration.voters);
    const voters = new Set<MemberId>();
    const learners = new Set<MemberId>();
    const isLarge = this.#random.next() < 0.4;
    for (const { id } of members) {
      const wasVoter = now.has(id);
      const changes = this.#random.next() < (isLarge ? 0.5 : 0.15);
      if (wasVoter !== changes) voters.add(id);
      else if (this.#random.next() < 0.3) learners.add(id);
    }
    for (const { id } of members) {
      if (voters.size >= leastVoters) break;
      voters.add(id);
      learners.delete(id);
    }
    return { voters: [...voters], learners: [...learners] };
  }

  #change(change: { readonly voters: readonly MemberId[]; readonly learners: readonly MemberId[] }): void {
    this.#leader()?.process.submit({ kind: 'change', id: this.#id(), ...change });
  }

  #transfer(): void {
    const leader = this.#leader();
    const voters = leader?.core?.configuration.voters ?? [];
    const to = voters[this.#random.below(Math.max(1, voters.length))];
    if (to !== undefined) leader?.process.submit({ kind: 'transfer', id: this.#id(), to });
  }

  /** One of those who think that they lead. */
  #leader(): SimMember | undefined {
    const leaders = this.#options.members.filter(({ isLeader }) => isLeader);
    return leaders[this.#random.below(Math.max(1, leaders.length))];
  }

  #id(): string {
    this.#ids += 1;
    return `operator ${this.#ids}`;
  }

  #every(meanMs: number, act: () => void): void {
    if (meanMs === 0) return;
    this.#options.simulation.after(this.#random.next() * 2 * meanMs, () => {
      if (!this.#goesOn) return;
      act();
      this.#every(meanMs, act);
    });
  }
}
