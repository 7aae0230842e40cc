/** Candidates that arrived and wait for the description they belong to. Bounded: the oldest gives way. */

export type Belongs<Candidate> = (candidate: Candidate, sdp: string) => boolean;

/** Descriptions of the other side, as texts. */
export interface KnownDescriptions {
  readonly inForce: string;
  /** The last offer that was ignored. */
  readonly ignored: string | null;
  /** What was in force before. */
  readonly replaced: string | null;
}

export interface Released<Candidate> {
  readonly ready: readonly Candidate[];
  /** How many belonged to the ignored offer, and how many to what was in force before. */
  readonly ofIgnored: number;
  readonly ofReplaced: number;
}

export class CandidateParking<Candidate> {
  readonly #max: number;
  readonly #belongs: Belongs<Candidate>;
  #parked: Candidate[] = [];

  constructor(max: number, belongs: Belongs<Candidate>) {
    if (!(Number.isInteger(max) && max >= 1)) throw new RangeError('maxParkedCandidates must be at least 1');
    this.#max = max;
    this.#belongs = belongs;
  }

  /** Whether there was room; otherwise the one that waited longest is gone. */
  park(candidate: Candidate): boolean {
    this.#parked.push(candidate);
    if (this.#parked.length <= this.#max) return true;
    this.#parked.shift();
    return false;
  }

  /** Takes out what need not wait any longer, in order of arrival. */
  release({ inForce, ignored, replaced }: KnownDescriptions): Released<Candidate> {
    const ready: Candidate[] = [];
    let ofIgnored = 0;
    let ofReplaced = 0;
    this.#parked = this.#parked.filter((candidate) => {
      // First: without an ICE restart, later descriptions share the fragment of earlier ones.
      if (this.#belongs(candidate, inForce)) ready.push(candidate);
      else if (ignored !== null && this.#belongs(candidate, ignored)) ofIgnored += 1;
      else if (replaced !== null && this.#belongs(candidate, replaced)) ofReplaced += 1;
      else return true;
      return false;
    });
    return { ready, ofIgnored, ofReplaced };
  }
}
