/** What clients saw: operations with when they were called and when they were answered, and what an object does. */

/** One call of one client. Times are of one clock that all clients share, such as that of the simulator or the test. */
export interface Operation<Input, Output> {
  readonly client: string;
  readonly input: Input;
  /** Undefined when no answer came: it may have taken effect at any time after its call, or never. */
  readonly output: Output | undefined;
  readonly calledMs: number;
  /** At `calledMs` or later; ignored when no answer came. */
  readonly answeredMs: number;
}

/** A sequential object: what it answers when one operation comes after the other. */
export interface ObjectModel<State, Input, Output> {
  readonly initial: State;
  /**
   * The state after this operation, when the object may answer so in this state; undefined when it may not. An output
   * that is undefined may be any. States are never changed in place.
   */
  apply(state: State, input: Input, output: Output | undefined): { readonly state: State } | undefined;
  /** Equal states have equal texts, and only they. */
  keyOf(state: State): string;
  /**
   * Operations of different parts never meet: each part is judged by itself, which is much faster and gives the same
   * verdict (Herlihy and Wing, 1990, section 3.3: linearizability is local). @default all is one part
   */
  readonly partOf?: (input: Input) => string;
  /**
   * Whether an operation with this answer changes nothing, whatever the state is. Many of them at once cost much less
   * when that is known. @default false
   */
  readonly onlyLooks?: (input: Input, output: Output | undefined) => boolean;
  /**
   * How an operation may be left out of a witness, such that what is left is explained whenever the whole is.
   * @default it may not
   */
  readonly leaveOut?: (input: Input, output: Output | undefined) => LeaveOut | undefined;
  /**
   * What the operations of `part` would have been answered, had the rest of `whole` never been: the following numbers
   * close up. Both are of one part of `partOf`. A witness shows the answers as they were. @default the same
   */
  readonly asPart?: (
    part: readonly Operation<Input, Output>[],
    whole: readonly Operation<Input, Output>[],
  ) => readonly Operation<Input, Output>[];
}

export interface LeaveOut {
  /** It may go by itself: it only looks, or `asPart` makes up for it. */
  readonly alone: boolean;
  /**
   * Names, such as values that it writes or sees: it may go together with all operations that share one of them, with
   * those that share one with these, and so on. Undefined: while it is there, others may go by themselves only.
   */
  readonly with?: readonly string[];
}

export type Verdict<Input, Output> =
  /** `order`: one in which the operations could have happened; those without an effect are left out. */
  | { readonly kind: 'holds'; readonly order: readonly Operation<Input, Output>[] }
  /**
   * `witness`: operations that cannot be explained together: the shortest part of the history that fails, without what
   * can be left out of it. One that was not answered within that part has no output.
   */
  | {
      readonly kind: 'violated';
      readonly witness: readonly Operation<Input, Output>[];
      readonly sentence: string;
    }
  /** The limit of steps was reached: neither was found. */
  | { readonly kind: 'unknown'; readonly steps: number };

/** A register with compare-and-set, per key. */
export type RegisterInput =
  | { readonly kind: 'read'; readonly key: string }
  | { readonly kind: 'write'; readonly key: string; readonly value: string | null }
  | {
      readonly kind: 'compareAndSet';
      readonly key: string;
      readonly from: string | null;
      readonly to: string | null;
    };
/** What was read; whether it was set; for a write nothing is told. */
export type RegisterOutput = string | null | boolean | 'done';

export const registerModel: ObjectModel<string | null, RegisterInput, RegisterOutput> = {
  initial: null,
  apply(state, input, output) {
    switch (input.kind) {
      case 'read':
        return output === undefined || output === state ? { state } : undefined;
      case 'write':
        return { state: input.value };
      case 'compareAndSet': {
        const isSet = state === input.from;
        if (output !== undefined && output !== isSet) return undefined;
        return { state: isSet ? input.to : state };
      }
    }
  },
  keyOf: (state) => (state === null ? 'null' : `=${state}`),
  partOf: ({ key }) => key,
  onlyLooks: ({ kind }, output) => kind === 'read' || output === false,
  leaveOut(input, output) {
    const nameOf = (value: string | null): string => JSON.stringify([input.key, value]);
    switch (input.kind) {
      case 'read':
        return {
          alone: true,
          with: typeof output === 'object' || typeof output === 'string' ? [nameOf(output)] : [],
        };
      case 'write':
        return { alone: false, with: [nameOf(input.value)] };
      case 'compareAndSet':
        // Where it failed there was any other value, which has to stay.
        if (output === false) return { alone: true };
        return { alone: false, with: [nameOf(input.from), nameOf(input.to)] };
    }
  },
};

/** A log per key: append answers the place, from 1; a read answers all that is in it. */
export type LogInput =
  | { readonly kind: 'append'; readonly key: string; readonly value: string }
  | { readonly kind: 'read'; readonly key: string };
export type LogOutput = number | readonly string[];

export const logModel: ObjectModel<readonly string[], LogInput, LogOutput> = {
  initial: [],
  apply(state, input, output) {
    if (input.kind === 'append') {
      if (output !== undefined && output !== state.length + 1) return undefined;
      return { state: [...state, input.value] };
    }
    if (output === undefined) return { state };
    const isSame =
      typeof output !== 'number' &&
      output.length === state.length &&
      output.every((value, at) => value === state[at]);
    return isSame ? { state } : undefined;
  },
  keyOf: (state) => JSON.stringify(state),
  partOf: ({ key }) => key,
  onlyLooks: ({ kind }) => kind === 'read',
  // One without an answer may be anywhere.
  leaveOut: ({ kind }, output) => (kind === 'append' && output === undefined ? undefined : { alone: true }),
  asPart(part, whole) {
    const gone = goneFrom(part, whole).filter(({ input }) => input.kind === 'append');
    const values = new Set(gone.map(({ input }) => (input.kind === 'append' ? input.value : '')));
    const closeUp = closingUp(gone, part);
    return part.map((operation) => {
      const { output } = operation;
      if (output === undefined) return operation;
      if (typeof output === 'number') return { ...operation, output: closeUp(output) };
      return { ...operation, output: output.filter((value) => !values.has(value)) };
    });
  },
};

/** A name per key that belongs to whom it was given first: a claim answers whose it is. */
export interface ClaimInput {
  readonly name: string;
  readonly by: string;
}

export const claimModel: ObjectModel<string | null, ClaimInput, string> = {
  initial: null,
  apply(owner, { by }, output) {
    const after = owner ?? by;
    return output === undefined || output === after ? { state: after } : undefined;
  },
  keyOf: (owner) => JSON.stringify(owner),
  partOf: ({ name }) => name,
  // Who is told that it is somebody else's changes nothing.
  onlyLooks: ({ by }, output = by) => output !== by,
  leaveOut: ({ by }, output = by) => ({ alone: output !== by, with: [output] }),
};

/**
 * The next number, per key: 1, 2, 3 … Of numbers with gaps, such as those of some entries of a log, hand in their ranks:
 * a model that took any greater number would leave the search too much to try.
 */
export interface NumberInput {
  readonly key: string;
}

export const nextNumberModel: ObjectModel<number, NumberInput, number> = {
  initial: 0,
  apply: (last, _input, output) =>
    output === undefined || output === last + 1 ? { state: last + 1 } : undefined,
  keyOf: (last) => String(last),
  partOf: ({ key }) => key,
  // One without an answer may have any number.
  leaveOut: (_input, output) => (output === undefined ? undefined : { alone: true }),
  asPart: closedUp,
};

/** For objects that answer with places in one order, from 1: what is left of a history, as if the rest had taken none. */
export function closedUp<Input, Output>(
  part: readonly Operation<Input, Output | number>[],
  whole: readonly Operation<Input, Output | number>[],
): readonly Operation<Input, Output | number>[] {
  const closeUp = closingUp(goneFrom(part, whole), part);
  return part.map((operation) =>
    typeof operation.output === 'number' ? { ...operation, output: closeUp(operation.output) } : operation,
  );
}

function goneFrom<Each>(part: readonly Each[], whole: readonly Each[]): readonly Each[] {
  const kept = new Set(part);
  return whole.filter((each) => !kept.has(each));
}

/** A number without those below it that nobody has any more. */
function closingUp(
  gone: readonly Operation<unknown, unknown>[],
  part: readonly Operation<unknown, unknown>[],
): (number: number) => number {
  const kept = new Set(part.map(({ output }) => output));
  const free = new Set(
    gone.flatMap(({ output }) => (typeof output === 'number' && !kept.has(output) ? [output] : [])),
  );
  const sorted = [...free].sort((a, b) => a - b);
  return (number) => {
    const above = sorted.findIndex((each) => each >= number);
    return number - (above < 0 ? sorted.length : above);
  };
}
