/** Something that answers one call after the other, so that too many at once wait: a store, or somebody else's service. */
import type { Simulation } from '@bothy/simulator';

export class Service {
  readonly #simulation: Simulation;
  readonly #serviceMs: number;
  #freeMs = 0;
  /** While it is down a call is refused at once. */
  isDown = false;
  calls = 0;
  /** The most that ever waited at once, the one that is answered included. */
  longestQueue = 0;
  #queue = 0;

  constructor(simulation: Simulation, serviceMs: number) {
    this.#simulation = simulation;
    this.#serviceMs = serviceMs;
  }

  /** `answered` is told when the call is carried out, or refused. */
  call(answered: (isDown: boolean) => void): void {
    this.calls += 1;
    if (this.isDown) {
      this.#simulation.after(this.#serviceMs, () => answered(true));
      return;
    }
    this.#queue += 1;
    this.longestQueue = Math.max(this.longestQueue, this.#queue);
    this.#freeMs = Math.max(this.#freeMs, this.#simulation.nowMs) + this.#serviceMs;
    this.#simulation.after(this.#freeMs - this.#simulation.nowMs, () => {
      this.#queue -= 1;
      answered(false);
    });
  }
}
