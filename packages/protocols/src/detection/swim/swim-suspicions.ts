/**
 * How long each suspicion lasts. SWIM: a fixed time that grows with log n. Lifeguard: up to six times as long, and
 * shorter with each further member that suspects by itself, for one that is slow suspects alone (section IV-B).
 */
import type { SwimMember } from './swim-messages.ts';
import { decades, type SwimSettings } from './swim-options.ts';

interface Suspicion {
  readonly sinceMs: number;
  readonly accusers: Set<SwimMember>;
}

/** Lifeguard's alpha and beta: the longest is six times the least, and three more accusers make it the least. */
const longestFactor = 6;
const accusersNeeded = 3;

export class SwimSuspicions {
  readonly #settings: SwimSettings;
  readonly #open = new Map<SwimMember, Suspicion>();

  constructor(settings: SwimSettings) {
    this.#settings = settings;
  }

  /** When it becomes a death, in a group of `size` with ourselves. */
  begin(member: SwimMember, by: SwimMember, nowMs: number, size: number): number {
    const suspicion = { sinceMs: nowMs, accusers: new Set([by]) };
    this.#open.set(member, suspicion);
    return this.#endMs(suspicion, size);
  }

  /** Another accuser: the new end when that counts, undefined otherwise. */
  confirm(member: SwimMember, by: SwimMember, size: number): number | undefined {
    const suspicion = this.#open.get(member);
    if (suspicion === undefined || !this.#settings.lifeguard) return undefined;
    if (suspicion.accusers.has(by) || suspicion.accusers.size > accusersNeeded) return undefined;
    suspicion.accusers.add(by);
    return this.#endMs(suspicion, size);
  }

  end(member: SwimMember): boolean {
    return this.#open.delete(member);
  }

  /** The longest that a suspicion lasts in a group of this size, and the least. */
  static lastsMs(
    settings: SwimSettings,
    size: number,
  ): { readonly leastMs: number; readonly mostMs: number } {
    const leastMs = settings.suspicionPeriods * decades(size) * settings.periodMs;
    // With nobody else to ask there is nothing to wait for.
    const isAlone = size - 2 < accusersNeeded;
    return { leastMs, mostMs: settings.lifeguard && !isAlone ? leastMs * longestFactor : leastMs };
  }

  #endMs({ sinceMs, accusers }: Suspicion, size: number): number {
    const { leastMs, mostMs } = SwimSuspicions.lastsMs(this.#settings, size);
    const share = Math.log(accusers.size) / Math.log(accusersNeeded + 1);
    return sinceMs + Math.max(leastMs, mostMs - (mostMs - leastMs) * share);
  }
}
