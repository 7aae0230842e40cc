/** What was asked for and what was answered, and what all of it has to come to. */
import { checkLinearizable, type ObjectModel, type Operation } from '@bothy/protocols';
import type { Simulation } from '@bothy/simulator';
import {
  claimantsOf,
  type DirectoryCommand,
  type DirectoryContent,
  type DirectoryResult,
  type Name,
  ownerOf,
} from '@bothy/wire';
import { DirectoryMachine, emptyContent } from '../core/machine/directory-machine.ts';

/** A look at a name after a `read`. */
export interface Look {
  readonly kind: 'look';
  readonly name: Name;
}
export type Asked = DirectoryCommand | Look;
export type Told = DirectoryResult | { readonly kind: 'owner'; readonly owner: string | null };

/** The machine itself, one command after the other. That it does the right thing is its own tests' matter. */
const model: ObjectModel<DirectoryContent, Asked, Told> = {
  initial: emptyContent,
  apply(state, input, output) {
    const machine = new DirectoryMachine(state);
    const result: Told =
      input.kind === 'look'
        ? { kind: 'owner', owner: ownerOf(machine.name(input.name)) ?? null }
        : machine.apply(input);
    if (output !== undefined && JSON.stringify(output) !== JSON.stringify(result)) return undefined;
    return { state: input.kind === 'look' ? state : machine.content() };
  },
  keyOf: (state) => JSON.stringify(state),
  partOf: (input) => partOf(input),
};

export function partOf(input: Asked): string {
  switch (input.kind) {
    case 'look':
    case 'claimName':
    case 'releaseName':
      return `name ${input.name}`;
    case 'claimRoom':
      return `room ${input.claim.room.slice(0, 16)}`;
    case 'buryRoom':
      return `room ${input.room.slice(0, 16)}`;
    case 'claimHome':
    case 'moveHome':
    case 'forgetHome':
      return `edge ${input.edge}`;
    case 'removeNode':
    case 'takeIn':
      return input.kind;
  }
}

export class Ledger {
  readonly #simulation: Simulation;
  readonly #operations: Operation<Asked, Told>[] = [];
  readonly #places = new Set<string>();
  /** How often each command is in a log, decided or not. */
  readonly #logged = new Map<string, number>();
  /** Histories that took too long to judge. */
  unjudged = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
  }

  /** `output` is undefined where no answer came, though it may have been carried out. */
  add(client: string, input: Asked, calledMs: number, output: Told | undefined): void {
    this.#operations.push({ client, input, output, calledMs, answeredMs: this.#simulation.nowMs });
  }

  /** `place`: directory, index and term. Every node says so that writes it down. */
  logged(place: string, command: DirectoryCommand): void {
    if (this.#places.has(place)) return;
    this.#places.add(place);
    const text = JSON.stringify(command);
    this.#logged.set(text, (this.#logged.get(text) ?? 0) + 1);
  }

  get acknowledged(): number {
    return this.#operations.filter(({ output }) => output !== undefined).length;
  }

  /** Claims, releases and reads of each name, room and edge are as if one node had done one after the other. */
  expectLinearizable(): void {
    const history = [...this.#operations, ...this.#again()];
    const verdict = checkLinearizable(history, model, { maxSteps: 300_000 });
    if (verdict.kind === 'unknown') this.unjudged += 1;
    if (verdict.kind !== 'violated') return;
    const lines = verdict.witness.map(({ client, input, output, calledMs, answeredMs }) => {
      const when = `${Math.round(calledMs)}–${output === undefined ? '' : Math.round(answeredMs)}`;
      return `  ${when} ${client} ${JSON.stringify(input)} → ${JSON.stringify(output)}`;
    });
    this.#simulation.fail('linearizable', `${verdict.sentence}\n${lines.join('\n')}`);
  }

  /** What was acknowledged is in it, or something that was acknowledged later has taken its place. */
  expectKept(content: DirectoryContent): void {
    const machine = new DirectoryMachine(content);
    const buried = new Set<string>();
    for (const { input } of this.#operations) if (input.kind === 'buryRoom') buried.add(input.room);
    for (const { input, output } of this.#operations) {
      if (output === undefined) continue;
      const lost = lossOf(machine, input, output, buried);
      if (lost !== undefined) this.#simulation.fail('nothing acknowledged is lost', lost);
    }
  }

  /**
   * A command whose answer was lost on the way is asked for again by its node, and then is in the log more often than it
   * was asked for. Where something else came in between, that shows.
   */
  #again(): Operation<Asked, Told>[] {
    const answered = new Map<string, number>();
    const first = new Map<string, Operation<Asked, Told>>();
    for (const operation of this.#operations) {
      const text = JSON.stringify(operation.input);
      if (operation.output !== undefined) answered.set(text, (answered.get(text) ?? 0) + 1);
      if ((first.get(text)?.calledMs ?? Number.POSITIVE_INFINITY) > operation.calledMs)
        first.set(text, operation);
    }
    return [...first].flatMap(([text, operation]) => {
      const more = Math.max(0, (this.#logged.get(text) ?? 0) - (answered.get(text) ?? 0));
      return Array.from({ length: more }, () => ({ ...operation, output: undefined }));
    });
  }
}

function lossOf(
  machine: DirectoryMachine,
  input: Asked,
  output: Told,
  buried: ReadonlySet<string>,
): string | undefined {
  if (input.kind === 'claimName' && output.kind === 'bound') {
    const record = machine.name(input.name);
    const isKept = record?.released !== undefined || claimantsOf(record).includes(input.person);
    return isKept ? undefined : `${input.name} of ${input.person}`;
  }
  if (input.kind === 'claimRoom' && output.kind === 'claimed') {
    const { room } = input.claim;
    const isKept = machine.room(room) !== undefined || buried.has(room);
    return isKept ? undefined : `room ${room}`;
  }
  if (input.kind === 'buryRoom' && output.kind === 'done')
    return machine.isBuried(input.room) ? undefined : `that ${input.room} is gone`;
  return undefined;
}
