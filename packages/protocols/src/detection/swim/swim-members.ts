/**
 * Who is known, and what holds of each. Words form a lattice, incarnation first, then alive < suspect < dead < left, and
 * the greatest one heard holds: so all who heard the same agree, in whatever order they heard it (rule SW5).
 */

import { type SwimMember, type SwimStatus, type SwimUpdate, swimStatuses } from './swim-messages.ts';
import { maxIncarnation } from './swim-options.ts';

export interface Known {
  readonly incarnation: number;
  readonly status: SwimStatus;
}

export function isOver(one: Known, other: Known): boolean {
  if (one.incarnation !== other.incarnation) return one.incarnation > other.incarnation;
  return swimStatuses.indexOf(one.status) > swimStatuses.indexOf(other.status);
}

/** Whether they are in the group, as far as is known. */
export function isIn({ status }: Known): boolean {
  return status === 'alive' || status === 'suspect';
}

export class SwimMembers {
  readonly #maxMembers: number;
  readonly #known = new Map<SwimMember, Known>();

  constructor(maxMembers: number) {
    this.#maxMembers = maxMembers;
  }

  get(member: SwimMember): Known | undefined {
    return this.#known.get(member);
  }

  /** Whether this says something new; then it is remembered. What is no incarnation, or has no room, says nothing. */
  take({ member, incarnation, status }: SwimUpdate): boolean {
    if (!(Number.isInteger(incarnation) && incarnation >= 0 && incarnation <= maxIncarnation)) return false;
    const known = this.#known.get(member);
    const next = { incarnation, status };
    if (known !== undefined && !isOver(next, known)) return false;
    if (known === undefined && !this.#hasRoom(next)) return false;
    this.#known.set(member, next);
    return true;
  }

  forget(member: SwimMember): boolean {
    return this.#known.delete(member);
  }

  /** Of these statuses, in the order of their ids: nothing may depend on who came first. */
  of(...statuses: readonly SwimStatus[]): SwimMember[] {
    const found: SwimMember[] = [];
    for (const [member, { status }] of this.#known) if (statuses.includes(status)) found.push(member);
    return found.sort();
  }

  /** In the group, without ourselves. */
  get inGroup(): number {
    let count = 0;
    for (const known of this.#known.values()) if (isIn(known)) count += 1;
    return count;
  }

  /** Who is gone gives way to who is there. */
  #hasRoom(next: Known): boolean {
    if (this.#known.size < this.#maxMembers) return true;
    if (!isIn(next)) return false;
    for (const [member, known] of this.#known) if (!isIn(known)) return this.#known.delete(member);
    return false;
  }

  updates(): SwimUpdate[] {
    return [...this.#known]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([member, known]) => ({ member, ...known }));
  }
}
