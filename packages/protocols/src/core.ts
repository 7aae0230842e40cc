/**
 * The shape of every core: a deterministic state machine with no clock, no
 * randomness and no input or output of its own (design, section 1).
 *
 * A core is driven by the loop of `@bothy/runtime`. Same state and same inputs
 * give byte-identical outputs, so a run is replayed from its seed.
 */

/** The two clocks a core may read, handed in with every input. */
export interface Now {
  /** Monotonic milliseconds since an arbitrary origin. The only clock that may cause something. */
  readonly monoMs: number;
  /** Unix time in milliseconds. Data only: it may jump, and may be an hour off. */
  readonly wallMs: number;
}

/** Anything a core takes in or gives out: plain data with a discriminating `kind`. */
export interface Kinded {
  readonly kind: string;
}

/** A deterministic state machine. */
export interface Core<Input extends Kinded, Output extends Kinded> {
  /**
   * Applies one input and returns what the world must now do, in order.
   * Throws only when an invariant of our own is broken; what others sent is
   * answered with an output, never with an exception.
   */
  step(input: Input, now: Now): readonly Output[];
}

/*
 * Outputs that the loop itself understands. Every other kind belongs to the
 * product (send, reply, notify, …): the loop hands it to the host, after every
 * earlier `persist` is durable unless the output says `early`.
 */

/** Write these records atomically. Nothing that follows leaves before they are durable. */
export interface Persist<Write> {
  readonly kind: 'persist';
  readonly writes: readonly Write[];
  /** When set, the core is told with a `durable` input carrying the same token. */
  readonly token?: string;
}

/** Fire a `timer` input with this key `afterMs` monotonic milliseconds from now; replaces one of the same key. */
export interface SetTimer {
  readonly kind: 'setTimer';
  readonly key: string;
  readonly afterMs: number;
}

/** The timer of this key never fires, even if it is due already. */
export interface ClearTimer {
  readonly kind: 'clearTimer';
  readonly key: string;
}

/** Ask the store. Runs once every earlier `persist` is durable; answered by `found` with the same id. */
export interface Lookup<Query> {
  readonly kind: 'lookup';
  readonly id: string;
  readonly query: Query;
}

/** Hash and sign. Answered by `sealed` with the same id; at most one in flight per log. */
export interface Seal<Content> {
  readonly kind: 'seal';
  readonly id: string;
  readonly content: Content;
}

/** Marks an output of the product that may leave before earlier writes are durable. */
export interface Early {
  readonly early?: true;
}

/** A timer set by `setTimer` is due and was neither replaced nor cleared. */
export interface TimerFired {
  readonly kind: 'timer';
  readonly key: string;
}

/** The `persist` of this token is durable. */
export interface Durable {
  readonly kind: 'durable';
  readonly token: string;
}

/** The answer to a `lookup`. */
export interface Found<Answer> {
  readonly kind: 'found';
  readonly id: string;
  readonly answer: Answer;
}

/** The answer to a `seal`. */
export interface Sealed<Seal> {
  readonly kind: 'sealed';
  readonly id: string;
  readonly seal: Seal;
}
