/**
 * What was asked of a directory and what was answered, for the checker of linearizability: whatever nodes were asked, it
 * is as if one machine had carried out one command after the other.
 */
import { checkLinearizable, type ObjectModel, type Operation } from '@bothy/protocols';
import {
  type DirectoryCommand,
  type DirectoryContent,
  type DirectoryResult,
  type Name,
  ownerOf,
} from '@bothy/wire';
import { DirectoryMachine, emptyContent } from '../machine/directory-machine.ts';

/** A look at a name after a `read`. */
export interface Look {
  readonly kind: 'look';
  readonly name: Name;
}
export type Asked = DirectoryCommand | Look;
export type Told = DirectoryResult | { readonly kind: 'owner'; readonly owner: string | null };

/** Answers that leave everything as it was. */
const changesNothing: ReadonlySet<Told['kind']> = new Set([
  'owner',
  'taken',
  'keptOut',
  'roomTaken',
  'roomBuried',
]);

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
  partOf,
  onlyLooks: (_input, output) => output !== undefined && changesNothing.has(output.kind),
  leaveOut: (_input, output) =>
    output !== undefined && changesNothing.has(output.kind) ? { alone: true } : undefined,
};

/**
 * What commands of different names, rooms of one creation, edges or keys have to do with each other: nothing, as long as
 * whoever is kept out claims no name.
 */
function partOf(input: Asked): string {
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
    case 'keepOut':
    case 'letIn':
      return `key ${input.person}`;
    default:
      return input.kind;
  }
}

/** Who removes a node moves all its edges: then homes are judged together. */
function judgeOf(history: readonly Operation<Asked, Told>[]): typeof model {
  if (!history.some(({ input }) => input.kind === 'removeNode')) return model;
  const joint = (input: Asked): string => {
    const part = partOf(input);
    return part.startsWith('edge ') || part === 'removeNode' ? 'homes' : part;
  };
  return { ...model, partOf: joint };
}

interface Asking {
  readonly client: string;
  readonly input: Asked;
  readonly calledMs: number;
  /** Undefined while no answer has come: it may have been carried out, or may be later. */
  told: { readonly output: Told; readonly atMs: number } | undefined;
  isNever: boolean;
}

/** What an asking came to. `never`: it was refused, and will not be carried out. */
export type Settle = (output: Told | 'never') => void;

export class DirectoryHistory {
  readonly #nowMs: () => number;
  readonly #all: Asking[] = [];
  readonly #places = new Set<string>();
  /** How often each command is in a log, decided or not. */
  readonly #logged = new Map<string, number>();
  /** Histories that took too long to judge. */
  unjudged = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Whoever never settles has had no answer. */
  asked(client: string, input: Asked): Settle {
    const asking: Asking = { client, input, calledMs: this.#nowMs(), told: undefined, isNever: false };
    this.#all.push(asking);
    return (output) => {
      if (output === 'never') asking.isNever = true;
      else asking.told ??= { output, atMs: this.#nowMs() };
    };
  }

  /** `place`: directory, index and term. Every node says so that writes it down. */
  logged(place: string, command: DirectoryCommand): void {
    if (this.#places.has(place)) return;
    this.#places.add(place);
    const text = JSON.stringify(command);
    this.#logged.set(text, (this.#logged.get(text) ?? 0) + 1);
  }

  get operations(): readonly Operation<Asked, Told>[] {
    return this.#all.flatMap(({ client, input, calledMs, told, isNever }) =>
      isNever && told === undefined
        ? []
        : [{ client, input, output: told?.output, calledMs, answeredMs: told?.atMs ?? calledMs }],
    );
  }

  /** What cannot be explained, and the operations that show it, a line each. */
  problem(): string | undefined {
    const history = [...this.operations, ...this.#again()];
    const verdict = checkLinearizable(history, judgeOf(history), { maxSteps: 300_000 });
    if (verdict.kind === 'unknown') this.unjudged += 1;
    if (verdict.kind !== 'violated') return undefined;
    const lines = verdict.witness.map(({ client, input, output, calledMs, answeredMs }) => {
      const when = `${Math.round(calledMs)}–${output === undefined ? '' : Math.round(answeredMs)}`;
      return `  ${when} ${client} ${JSON.stringify(input)} → ${JSON.stringify(output)}`;
    });
    return `${verdict.sentence}\n${lines.join('\n')}`;
  }

  /**
   * A command whose answer was lost on the way is asked for again by its node, and then is in the log more often than it
   * was asked for. Where something else came in between, that shows.
   */
  #again(): readonly Operation<Asked, Told>[] {
    const answered = new Map<string, number>();
    const first = new Map<string, Operation<Asked, Told>>();
    for (const operation of this.operations) {
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
