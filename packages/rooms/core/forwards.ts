/**
 * Commands on their way to the node that orders their room. Each gets exactly
 * one answer: the administrator's, or that it cannot be reached. Whether it was
 * carried out is then open; the same id asked again tells.
 */
import type { Random } from '@bothy/protocols';
import type { NodeId, OrderedCommand, RoomActor, RoomResult } from '@bothy/wire';
import { bounds, timing } from './config.ts';
import { refusal, type Step } from './step.ts';

export type ForwardDone = (step: Step, result: RoomResult) => void;

interface Forward {
  readonly to: NodeId;
  readonly room: string;
  /** False for a deletion, which is no operation that its own votes would wait for. */
  readonly holds: boolean;
  readonly deadlineMs: number;
  readonly done: ForwardDone;
}

/** How often overdue ones are looked for. */
const sweepMs = 1_000;

export class Forwards {
  readonly #forwards = new Map<string, Forward>();
  readonly #start: string;
  #count = 0;

  /** `random` differs from start to start: an answer to what an earlier start asked must not fit anything of this one. */
  constructor(random: Random) {
    this.#start = Array.from({ length: 4 }, () => random.below(65_536).toString(16)).join('');
  }

  forward(
    step: Step,
    to: NodeId,
    actor: RoomActor,
    command: OrderedCommand,
    trace: string | undefined,
    done: ForwardDone,
  ): void {
    if (this.#forwards.size >= bounds.forwards) {
      return done(
        step,
        refusal('rate_limited', 'Too many commands wait for other nodes. Try again in a moment.'),
      );
    }
    this.#count += 1;
    const id = `${this.#start}-${this.#count}`;
    if (this.#forwards.size === 0) step.setTimer('forwards', sweepMs);
    // A deletion is answered after its votes.
    const patienceMs =
      command.kind === 'delete' ? timing.voteTimeoutMs + timing.forwardTimeoutMs : timing.forwardTimeoutMs;
    const deadlineMs = step.now.monoMs + patienceMs;
    this.#forwards.set(id, { to, room: command.room, holds: command.kind !== 'delete', deadlineMs, done });
    const message = { kind: 'forward', id, actor, command } as const;
    step.send(to, trace === undefined ? message : { ...message, trace });
  }

  forwarded(step: Step, from: NodeId, id: string, result: RoomResult): void {
    const forward = this.#forwards.get(id);
    if (forward?.to !== from) return;
    this.#forwards.delete(id);
    forward.done(step, result);
  }

  lost(step: Step, node: NodeId): void {
    for (const [id, forward] of [...this.#forwards]) {
      if (forward.to === node) this.#fail(step, id, forward);
    }
  }

  timerFired(step: Step): void {
    for (const [id, forward] of [...this.#forwards]) {
      if (step.now.monoMs >= forward.deadlineMs) this.#fail(step, id, forward);
    }
    if (this.#forwards.size > 0) step.setTimer('forwards', sweepMs);
  }

  /** Whether a command for this room has not been answered. */
  has(room: string): boolean {
    for (const forward of this.#forwards.values()) if (forward.room === room && forward.holds) return true;
    return false;
  }

  #fail(step: Step, id: string, forward: Forward): void {
    this.#forwards.delete(id);
    forward.done(step, unreachable(forward.to));
  }
}

export function unreachable(node: NodeId): Extract<RoomResult, { ok: false }> {
  return refusal(
    'administrator_unreachable',
    `The node ${node}, which orders this room, cannot be reached. Nothing is lost: try again when it is back.`,
  );
}
