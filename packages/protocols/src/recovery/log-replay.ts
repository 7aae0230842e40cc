/**
 * Replay: from the last checkpoint and the log after it to the state before the crash ("redo" of ARIES: Mohan, Haderle,
 * Lindsay, Pirahesh, Schwarz: "ARIES", ACM TODS 17(1), 1992, section 6.2; there is no undo, for nothing is logged before
 * it is decided). Rules CP1… in SPEC.md.
 *
 *   checkpoint up to 4      log  3   4   5   6   7   ▒ torn
 *                                skipped └ carried out ┘ └ the end: it was never acknowledged
 */

/** One record of a log as it was read. */
export type ReadRecord<Body> =
  | {
      readonly kind: 'sound';
      /** 1, 2, 3 … over the whole life of the log. */
      readonly number: number;
      readonly body: Body;
    }
  /** Cut short, or its checksum does not fit. */
  | { readonly kind: 'damaged' };

export interface Checkpoint<State> {
  readonly state: State;
  /** The last record that is in it; 0: none. */
  readonly upTo: number;
}

export type Replayed<State> =
  | {
      readonly kind: 'recovered';
      readonly state: State;
      /** The last record that is in the state: the next one is one more. */
      readonly upTo: number;
      /** Carried out again. */
      readonly replayed: number;
      /** In the checkpoint already: a crash came before they were taken off the log. */
      readonly skipped: number;
      /** Records at the end that were being written when the crash came, and are to be cut off before anything is appended. */
      readonly torn: number;
    }
  /** Something that was durable is not readable: nothing may go on from here. `after` is the last sound number. */
  | {
      readonly kind: 'corrupt';
      readonly after: number;
      readonly reason: 'damagedInside' | 'missing' | 'tooLong';
    };

export interface ReplayOptions<State, Body> {
  readonly checkpoint: Checkpoint<State>;
  /** In the order of the log; read no further than the answer needs. */
  readonly records: Iterable<ReadRecord<Body>>;
  /** The state after this record. Of the same state and record it must give the same. */
  readonly apply: (state: State, body: Body, number: number) => State;
  /** More records than these after the checkpoint are an error, as when checkpoints never happened. @default Infinity */
  readonly maxReplayed?: number;
}

/** Throws a RangeError for a checkpoint whose `upTo` is not a whole number from 0. */
export function replayLog<State, Body>(options: ReplayOptions<State, Body>): Replayed<State> {
  const { checkpoint, records, apply, maxReplayed = Infinity } = options;
  if (!(Number.isSafeInteger(checkpoint.upTo) && checkpoint.upTo >= 0)) {
    throw new RangeError('upTo must be a whole number from 0');
  }
  let { state, upTo } = checkpoint;
  let replayed = 0;
  let skipped = 0;
  let torn = 0;
  /** The number before, also of those that are skipped: undefined before the first. */
  let before: number | undefined;
  for (const record of records) {
    if (record.kind === 'damaged') {
      torn += 1;
      continue;
    }
    const { number } = record;
    // What is sound was written after what is before it was whole: then that is no torn end.
    if (torn > 0) return { kind: 'corrupt', after: before ?? upTo, reason: 'damagedInside' };
    // What is missing before the checkpoint's end is in the checkpoint: a damaged end was cut off there, and the log went on.
    const isNext = number > (before ?? 0) && number <= upTo + 1;
    if (!isNext) return { kind: 'corrupt', after: before ?? upTo, reason: 'missing' };
    before = number;
    if (number <= upTo) {
      skipped += 1;
      continue;
    }
    if (replayed >= maxReplayed) return { kind: 'corrupt', after: upTo, reason: 'tooLong' };
    state = apply(state, record.body, number);
    upTo = number;
    replayed += 1;
  }
  return { kind: 'recovered', state, upTo, replayed, skipped, torn };
}
