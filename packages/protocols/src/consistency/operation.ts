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
   * What a witness may leave out without making the rest harder to explain. `alone`: it only looks, so it may go by
   * itself. A text: it may go together with all operations of that text, such as all that write or see one value.
   * @default nothing may be left out of the shortest history that fails
   */
  readonly leaveOut?: (
    input: Input,
    output: Output | undefined,
  ) => 'alone' | { readonly with: string } | undefined;
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
  leaveOut(input, output) {
    if (input.kind === 'compareAndSet') return output === false ? 'alone' : undefined;
    if (input.kind === 'write') return { with: `=${input.value}` };
    return typeof output === 'string' ? { with: `=${output}` } : 'alone';
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
  leaveOut: ({ kind }) => (kind === 'read' ? 'alone' : undefined),
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
  keyOf: (owner) => owner ?? '',
  partOf: ({ name }) => name,
  // Who is told that it is somebody else's changes nothing.
  leaveOut: ({ by }, output) => (output === undefined || output === by ? undefined : 'alone'),
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
};
