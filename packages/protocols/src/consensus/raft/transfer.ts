/**
 * Leadership is handed over (3.10 of the thesis): the target is brought up to date while nothing new is taken, told to
 * be a candidate at once, and has an election timeout for all of it. Outlives the leadership that began it.
 */
import type { MemberState } from './member-state.ts';
import type { MemberId, RaftRefusal } from './raft-messages.ts';

interface UnderWay {
  readonly id: string;
  readonly to: MemberId;
  wasTold: boolean;
}

export class Transfer<Command, State> {
  readonly #state: MemberState<Command, State>;
  #underWay: UnderWay | undefined;

  constructor(state: MemberState<Command, State>) {
    this.#state = state;
  }

  get isUnderWay(): boolean {
    return this.#underWay !== undefined;
  }

  get target(): MemberId | undefined {
    return this.#underWay?.to;
  }

  begin(id: string, to: MemberId): void {
    this.#underWay = { id, to, wasTold: false };
    const afterMs = this.#state.options.electionTimeoutMs;
    this.#state.outputs.push({ kind: 'setTimer', key: 'transfer', afterMs });
  }

  /** The target has all that this leader has. */
  caughtUp(): void {
    const underWay = this.#underWay;
    if (underWay === undefined || underWay.wasTold) return;
    underWay.wasTold = true;
    const { term, outputs } = this.#state;
    outputs.sendEarly(underWay.to, { kind: 'timeoutNow', term });
  }

  /** Somebody leads. */
  leaderKnown(leader: MemberId): void {
    const underWay = this.#underWay;
    if (underWay === undefined) return;
    if (underWay.to === leader) this.#answer(underWay.id, { ok: true });
    else this.#answer(underWay.id, { ok: false, refusal: 'leadershipLost' });
  }

  timerFired(): void {
    if (this.#underWay !== undefined) this.#answer(this.#underWay.id, { ok: false, refusal: 'timedOut' });
  }

  #answer(
    id: string,
    result: { readonly ok: true } | { readonly ok: false; readonly refusal: RaftRefusal },
  ): void {
    this.#underWay = undefined;
    this.#state.outputs.push({ kind: 'clearTimer', key: 'transfer' });
    this.#state.outputs.push({ kind: 'transferred', id, result });
  }
}
