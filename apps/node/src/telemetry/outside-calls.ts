/**
 * Calls of services outside, each in its own bulkhead: a web server that hangs keeps as many deliveries waiting as it has
 * routes, each for its whole timeout, and other servers do not notice. That it is left alone once it has failed for a
 * while, the breakers of the routes see to.
 */
import { Bulkhead } from '@bothy/protocols';
import type { AttemptResult } from '@bothy/telemetry/core';

/** Of one service. Four calls of ten seconds each take forty for those that wait: within the minute that an attempt has. */
const atOnce = 4;
const mostWaiting = 16;

interface Call {
  readonly make: () => Promise<AttemptResult>;
  readonly resolve: (result: AttemptResult) => void;
}

export class OutsideCalls {
  readonly #services = new Map<string, Bulkhead<Call>>();

  /** `make` rejects never. */
  call(service: string, make: Call['make']): Promise<AttemptResult> {
    return new Promise((resolve) => {
      const call = { make, resolve };
      const places =
        this.#services.get(service) ?? new Bulkhead<Call>({ maxRunning: atOnce, maxWaiting: mostWaiting });
      this.#services.set(service, places);
      const entered = places.enter(call);
      if (entered === 'run') void this.#run(call, places, service);
      if (entered === 'refused')
        resolve({ ok: false, sentence: 'too many deliveries wait for the same server' });
    });
  }

  async #run(call: Call, places: Bulkhead<Call>, service: string): Promise<void> {
    call.resolve(await call.make());
    const next = places.end(call);
    if (next !== undefined) void this.#run(next, places, service);
    else if (places.running === 0) this.#services.delete(service);
  }
}
