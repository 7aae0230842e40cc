/** A group of SWIM members in the simulator, and what each of them believes of the others. */
import {
  type Now,
  type Random,
  Swim,
  type SwimInput,
  type SwimMember,
  type SwimMessage,
  type SwimOptions,
  type SwimOutput,
  type SwimStatus,
} from '@bothy/protocols';
import { type SimProcess, Simulation } from '@bothy/simulator';

export interface SwimCore {
  step(input: SwimInput, now: Now): readonly SwimOutput[];
  readonly members: readonly SwimMember[];
  statusOf(member: SwimMember): SwimStatus | undefined;
}

export type MakeSwim = (options: SwimOptions, random: Random) => SwimCore;
export const makeSwim: MakeSwim = (options, random) => new Swim(options, random);

export const swimPeriodMs = 1_000;

interface Member {
  readonly process: SimProcess<SwimInput, SwimOutput, unknown>;
  core: SwimCore | undefined;
}

export class SwimWorld {
  readonly simulation: Simulation;
  readonly ids: readonly SwimMember[];
  readonly counts = {
    members: 0,
    messages: 0,
    suspected: 0,
    dead: 0,
    wronglyDead: 0,
    crashes: 0,
    detectionMs: 0,
  };
  /** A live member was held for dead, which is a violation only where nothing is lost. */
  wrongDeath: string | undefined;
  readonly #members = new Map<SwimMember, Member>();

  constructor(
    scenario: string,
    seed: string,
    size: number,
    options: Omit<SwimOptions, 'self'>,
    make: MakeSwim,
  ) {
    this.simulation = new Simulation({ scenario, seed, invariantEvery: 'event' });
    this.ids = Array.from({ length: size }, (_, at) => `m${String(at + 1).padStart(2, '0')}`);
    this.counts.members = size;
    for (const id of this.ids) this.#add(id, { ...options, self: id }, make);
  }

  get size(): number {
    return this.ids.length;
  }

  isAlive(id: SwimMember): boolean {
    return this.#members.get(id)?.process.alive === true;
  }

  get alive(): SwimMember[] {
    return this.ids.filter((id) => this.isAlive(id));
  }

  crash(id: SwimMember): void {
    this.counts.crashes += 1;
    this.#members.get(id)?.process.crash();
  }

  start(id: SwimMember): void {
    this.#members.get(id)?.process.start();
  }

  submit(id: SwimMember, input: SwimInput): void {
    this.#members.get(id)?.process.submit(input);
  }

  /** The first live member that believes something else than that exactly those who run are in the group. */
  disagreement(): string | undefined {
    const { alive } = this;
    for (const id of alive) {
      const seen = [...(this.#members.get(id)?.core?.members ?? []), id].sort();
      if (seen.join() === alive.join()) continue;
      return `${id} sees ${seen.join()}, and there are ${alive.join()}`;
    }
    return undefined;
  }

  /** Who runs and does not know yet that `gone` is not in the group. */
  unaware(gone: SwimMember): SwimMember[] {
    return this.alive.filter((id) => this.#members.get(id)?.core?.members.includes(gone));
  }

  statusAt(id: SwimMember, of: SwimMember): SwimStatus | undefined {
    return this.#members.get(id)?.core?.statusOf(of);
  }

  #add(id: SwimMember, options: SwimOptions, make: MakeSwim): void {
    const { network } = this.simulation;
    const member: Member = {
      core: undefined,
      process: this.simulation.addProcess<SwimInput, SwimOutput, unknown>({
        id,
        createStore: () => null,
        write: () => undefined,
        boot: ({ random }) => {
          const core = make(options, random('swim'));
          member.core = core;
          return core;
        },
        started: () => {
          member.process.submit({ kind: 'start' });
          // Everybody knows the first three by address, as in a list of nodes to join.
          for (const seed of this.ids.slice(0, 3)) member.process.submit({ kind: 'meet', member: seed });
        },
        ended: () => {
          member.core = undefined;
        },
        perform: (output) => {
          if (output.kind === 'send') {
            this.counts.messages += 1;
            network.send(id, output.to, output.message);
          } else if (output.kind === 'changed') this.#changed(id, output.member, output.status);
        },
        ask: () => undefined,
      }),
    };
    this.#members.set(id, member);
    network.on(id, (from, message) => {
      member.process.submit({ kind: 'message', from, message: message as SwimMessage });
    });
  }

  #changed(at: SwimMember, member: SwimMember, status: SwimStatus): void {
    if (status === 'suspect') this.counts.suspected += 1;
    if (status !== 'dead') return;
    this.counts.dead += 1;
    if (!this.isAlive(member)) return;
    this.counts.wronglyDead += 1;
    this.wrongDeath ??= `${at} holds ${member} for dead, which runs`;
  }
}
