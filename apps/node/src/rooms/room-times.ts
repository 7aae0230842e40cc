/** How long things take, as histograms: a send until it is durable, a command to its administrator and back, a commit. */
import type { RoomsInput, RoomsOutput, RoomWrite } from '@bothy/rooms/core';
import type { Storage } from '@bothy/runtime';
import { Histogram } from 'prom-client';
import { Recent } from './recent.ts';

/** From a fast SSD on an idle machine to what people no longer wait for. */
const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const writesBuckets = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000];

/** What waits for an answer; then the oldest is not measured. */
const maxOpen = 10_000;

export class RoomTimes {
  readonly #monoMs: () => number;
  /** Since when, by the command or forward that they are answered with. */
  readonly #orders = new Recent<number>(maxOpen);
  readonly #forwards = new Recent<number>(maxOpen);
  readonly #durable = seconds(
    'bothy_rooms_send_durable_seconds',
    'From a send until it is durable and acknowledged, at the node that orders its room',
  );
  readonly #forward = seconds(
    'bothy_rooms_forward_seconds',
    'From a command to the node that orders its room until its answer',
  );
  readonly #commit = seconds(
    'bothy_rooms_commit_seconds',
    'One transaction of the rooms’ store; its count is that of commits',
  );
  readonly #writes = new Histogram({
    name: 'bothy_rooms_commit_writes',
    help: 'Writes that shared one transaction of the rooms’ store',
    buckets: writesBuckets,
    registers: [],
  });

  constructor(monoMs: () => number) {
    this.#monoMs = monoMs;
  }

  get histograms(): readonly Histogram[] {
    return [this.#durable, this.#forward, this.#commit, this.#writes];
  }

  /** A step of the core, before its outputs are carried out. */
  observe(input: RoomsInput, outputs: readonly RoomsOutput[]): void {
    if (input.kind === 'command') {
      const forward = outputs.find(isForward);
      if (forward !== undefined) return this.#forwards.put(forward.message.id, this.#monoMs());
      if (input.command.kind === 'send') this.#orders.put(input.id, this.#monoMs());
    }
    if (input.kind !== 'message') return;
    const { from, message } = input;
    if (message.kind === 'forward' && message.command.kind === 'send') {
      this.#orders.put(`${from} ${message.id}`, this.#monoMs());
    }
    if (message.kind === 'forwarded') this.#since(this.#forward, this.#forwards.take(message.id));
  }

  /** An output that is carried out now. */
  leaving(output: RoomsOutput): void {
    if (output.kind === 'reply') this.#ordered(output.id, output.result.ok);
    if (output.kind !== 'send' || output.message.kind !== 'forwarded') return;
    this.#ordered(`${output.to} ${output.message.id}`, output.message.result.ok);
  }

  /** The same store, measured. */
  timed(store: Storage<RoomWrite>): Storage<RoomWrite> {
    return {
      commit: (writes, done) => {
        const sinceMs = this.#monoMs();
        store.commit(writes, (error) => {
          if (error === undefined) {
            this.#since(this.#commit, sinceMs);
            this.#writes.observe(writes.length);
          }
          done(error);
        });
      },
    };
  }

  /** The rooms start anew: what was under way is not answered. */
  abandon(): void {
    this.#orders.clear();
    this.#forwards.clear();
  }

  #ordered(key: string, ok: boolean): void {
    const sinceMs = this.#orders.take(key);
    if (ok) this.#since(this.#durable, sinceMs);
  }

  #since(histogram: Histogram, sinceMs: number | undefined): void {
    if (sinceMs !== undefined) histogram.observe((this.#monoMs() - sinceMs) / 1_000);
  }
}

function seconds(name: string, help: string): Histogram {
  return new Histogram({ name, help, buckets: secondsBuckets, registers: [] });
}

type Forward = Extract<RoomsOutput, { kind: 'send' }> & { readonly message: { readonly kind: 'forward' } };

function isForward(output: RoomsOutput): output is Forward & { readonly message: { readonly id: string } } {
  return output.kind === 'send' && output.message.kind === 'forward';
}
