/**
 * Circuit breaker: stops calling a service that fails, and finds out by single calls whether it is back (Nygard:
 * "Release It!", 2007, section 5.2; Fowler: "CircuitBreaker", 2014). Rules CB1… in SPEC.md.
 *
 *             failures in a row, or too many of the last
 *   closed ─────────────────────────────────────────▶ open ◀────┐
 *      ▲                                                │        │ a probe fails:
 *      │           enough probes succeed                │ openMs │ open for longer
 *      └───────────────────────────────── half-open ◀──┘        │
 *                                              └─────────────────┘
 *
 * It runs no timers and calls nothing itself: ask `begin` before a call, say by `end` how it went.
 */

export interface CircuitBreakerOptions {
  /** Failures in a row that open it; a whole number from 1. */
  readonly failures: number;
  /** Opens also when this share (above 0, up to 1) of the last `among` calls failed, which in a row they never need to. */
  readonly rate?: { readonly share: number; readonly among: number };
  /** How long it stays open before a call may try; finite and above 0. */
  readonly openMs: number;
  /** Each probe that fails makes the next time so much longer. @default 1 */
  readonly factor?: number;
  /** No time is longer. @default openMs */
  readonly maxOpenMs?: number;
  /** Probes, one after the other, that must succeed before it closes. @default 1 */
  readonly probes?: number;
}

export type CircuitState = 'closed' | 'open' | 'halfOpen';

/** One call that was let through. */
export interface CircuitCall {
  /** Counts changes of state: what began before the last one says nothing about now. */
  readonly period: number;
  readonly beganMs: number;
}

export class CircuitBreaker {
  readonly #options: Required<Omit<CircuitBreakerOptions, 'rate'>>;
  readonly #rate: CircuitBreakerOptions['rate'] | undefined;
  #state: CircuitState = 'closed';
  #period = 0;
  #nowMs = -Infinity;
  #openMs: number;
  #openedMs = 0;
  #failures = 0;
  /** The last results, true for a failure. */
  #results: boolean[] = [];
  #probe: CircuitCall | undefined;
  #successes = 0;

  constructor(options: CircuitBreakerOptions) {
    const { failures, rate, openMs, factor = 1, maxOpenMs = openMs, probes = 1 } = options;
    if (!(Number.isInteger(failures) && failures >= 1))
      throw new RangeError('failures must be a whole number from 1');
    if (!(openMs > 0 && openMs < Infinity)) throw new RangeError('openMs must be finite and above 0');
    if (!(factor >= 1 && factor < Infinity)) throw new RangeError('factor must be finite and at least 1');
    if (!(maxOpenMs >= openMs && maxOpenMs < Infinity))
      throw new RangeError('maxOpenMs must be finite and at least openMs');
    if (!(Number.isInteger(probes) && probes >= 1))
      throw new RangeError('probes must be a whole number from 1');
    if (rate !== undefined) {
      if (!(rate.share > 0 && rate.share <= 1)) throw new RangeError('share must be above 0, up to 1');
      if (!(Number.isInteger(rate.among) && rate.among >= 1))
        throw new RangeError('among must be a whole number from 1');
    }
    this.#rate = rate;
    this.#options = { failures, openMs, factor, maxOpenMs, probes };
    this.#openMs = openMs;
  }

  /** How it stands at this time of a monotonic clock. */
  state(nowMs: number): CircuitState {
    this.#pass(nowMs);
    return this.#state;
  }

  /** When `begin` may let a call through at the soonest: a time that is over when it would now. */
  get retryMs(): number {
    if (this.#state === 'open') return this.#openedMs + this.#openMs;
    return this.#probe === undefined ? -Infinity : this.#probe.beganMs + this.#openMs;
  }

  /** Undefined: do not call. Else call, and hand this to `end`. */
  begin(nowMs: number): CircuitCall | undefined {
    this.#pass(nowMs);
    if (this.#state === 'open') return undefined;
    const call = { period: this.#period, beganMs: this.#nowMs };
    if (this.#state === 'closed') return call;
    // A probe whose result never came makes room, or it would stay half-open for ever.
    if (this.#probe !== undefined && this.#nowMs < this.retryMs) return undefined;
    this.#probe = call;
    return call;
  }

  /** How a call went. */
  end(call: CircuitCall, succeeded: boolean, nowMs: number): void {
    this.#pass(nowMs);
    if (call.period !== this.#period) return;
    if (this.#state === 'closed') this.#count(succeeded);
    else if (this.#state === 'halfOpen' && call === this.#probe) this.#probed(succeeded);
  }

  #count(succeeded: boolean): void {
    const { failures, openMs } = this.#options;
    const rate = this.#rate;
    this.#failures = succeeded ? 0 : this.#failures + 1;
    if (rate !== undefined) {
      this.#results.push(!succeeded);
      if (this.#results.length > rate.among) this.#results.shift();
    }
    if (this.#failures >= failures || this.#failsTooOften()) this.#open(openMs);
  }

  #failsTooOften(): boolean {
    const rate = this.#rate;
    if (rate === undefined || this.#results.length < rate.among) return false;
    return this.#results.filter((failed) => failed).length >= rate.share * rate.among;
  }

  #probed(succeeded: boolean): void {
    const { factor, maxOpenMs, probes } = this.#options;
    this.#probe = undefined;
    if (!succeeded) return this.#open(Math.min(this.#openMs * factor, maxOpenMs));
    this.#successes += 1;
    if (this.#successes >= probes) this.#enter('closed');
  }

  #open(forMs: number): void {
    this.#openMs = forMs;
    this.#openedMs = this.#nowMs;
    this.#enter('open');
  }

  #enter(state: CircuitState): void {
    this.#state = state;
    this.#period += 1;
    this.#failures = 0;
    this.#results = [];
    this.#successes = 0;
    this.#probe = undefined;
  }

  #pass(nowMs: number): void {
    // A clock that goes back would keep it open for longer, or count time twice.
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    if (this.#state === 'open' && this.#nowMs >= this.#openedMs + this.#openMs) this.#enter('halfOpen');
  }
}
