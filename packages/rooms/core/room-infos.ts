/**
 * What other nodes say of rooms that this node keeps no copy of, read through a cache: an integration that asks for a
 * room over and over, or a hundred people who open it at once, cost its administrator one question in two seconds. What
 * is cached goes when its administrator lists the room as changed or gone, when a command of somebody here changed it,
 * and all that came from a node when the link to it ends. A link loses nothing without ending, so that no numbers are
 * needed to notice what was missed (rules CI1… of protocols number where it could be). Rule RM61 in SPEC.md.
 */
import { type Flight, ReadThrough, type ReadThroughOutput } from '@bothy/protocols';
import type { NodeId, RoomResult } from '@bothy/wire';
import { bounds, timing } from './config.ts';
import type { OrderRequest, Origin } from './ordering.ts';
import { answer, type Parts } from './parts.ts';
import { refusal, type Step } from './step.ts';

type Cached = ReadThrough<string, RoomResult, Origin>;

export class RoomInfos {
  readonly #parts: Parts;
  /** By administrator, room, and who asks: members see more than others, and operators more than they. */
  readonly #cache: Cached = new ReadThrough({
    maxEntries: bounds.roomInfos,
    maxFlights: bounds.roomInfos,
    maxWaiters: bounds.roomInfos,
    ttlMs: timing.roomInfosMs,
  });

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** What `room.info` says; answered once. */
  ask(step: Step, administrator: NodeId, request: OrderRequest): void {
    const { origin, actor, command } = request;
    const key = `${administrator} ${command.room} ${actor.person} ${actor.operator}`;
    this.#carryOut(step, this.#cache.read(key, origin, step.now.monoMs), administrator, request);
  }

  /** Somebody here has changed them, or their administrator says that they have changed, or are gone. */
  changed(rooms: ReadonlySet<string>): void {
    this.#cache.invalidateWhere((key) => rooms.has(key.split(' ')[1] ?? ''));
  }

  lost(node: NodeId): void {
    this.#cache.invalidateWhere((key) => key.startsWith(`${node} `));
  }

  #carryOut(
    step: Step,
    outputs: readonly ReadThroughOutput<string, RoomResult, Origin>[],
    administrator: NodeId,
    request: OrderRequest,
  ): void {
    for (const output of outputs) {
      if (output.kind === 'load') this.#load(step, output.load, administrator, request);
      else {
        const result = output.answer.kind === 'value' ? output.answer.value : tooMany;
        for (const origin of output.waiters) answer(step, origin, result);
      }
    }
  }

  #load(step: Step, load: Flight<string>, administrator: NodeId, request: OrderRequest): void {
    const { actor, command, trace } = request;
    this.#parts.forwards.forward(step, administrator, actor, command, trace, (next, result) => {
      const outputs = this.#cache.loaded(load, { kind: 'value', value: result }, next.now.monoMs);
      // A refusal is told to all who waited for it, and kept for nobody.
      if (!result.ok) this.#cache.invalidate(load.key);
      this.#carryOut(next, outputs, administrator, request);
    });
  }
}

const tooMany = refusal('rate_limited', 'Too many ask for rooms of other nodes. Try again in a moment.');
