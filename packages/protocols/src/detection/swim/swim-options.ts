/** What a member of a SWIM group is made with. */
import type { SwimMember } from './swim-messages.ts';

export interface SwimOptions {
  readonly self: SwimMember;
  /** Each period one member is pinged; from 1 to 1e6. @default 1_000 */
  readonly periodMs?: number;
  /** A ping that is not answered by then is tried through others; above 0, and below periodMs. @default 0.3 periods */
  readonly pingTimeoutMs?: number;
  /** Through how many others; a whole number from 0 to 16. @default 3 */
  readonly indirect?: number;
  /** A suspicion lasts this many periods for every factor of ten in the group; from 1 to 100. @default 4 */
  readonly suspicionPeriods?: number;
  /** A word is passed on this many times for every factor of ten in the group (the paper's lambda); from 1 to 100. @default 4 */
  readonly retransmits?: number;
  /** Words that a message carries at most, but for `sync` and `state`; a whole number from 1 to 64. @default 8 */
  readonly maxUpdates?: number;
  /** Members that are known, gone ones included, ourselves not; a whole number from 1 to 4,096. @default 256 */
  readonly maxMembers?: number;
  /** Every so many periods all is compared with one member, a dead one in turn; from 1 to 10,000. @default 30 */
  readonly syncPeriods?: number;
  /** Who is dead or gone is forgotten after so long; above 0. @default an hour */
  readonly forgetAfterMs?: number;
  /** The extensions of Lifeguard: longer suspicions that others shorten, and doubt in ourselves. @default true */
  readonly lifeguard?: boolean;
  /** Our incarnation to begin with; a whole number of 0 or more. @default 0 */
  readonly incarnation?: number;
}

export type SwimSettings = Required<SwimOptions>;

/** Throws a RangeError for what is out of its range. */
export function swimSettings(options: SwimOptions): SwimSettings {
  const periodMs = options.periodMs ?? 1_000;
  const settings: SwimSettings = {
    self: options.self,
    periodMs,
    pingTimeoutMs: options.pingTimeoutMs ?? periodMs * 0.3,
    indirect: options.indirect ?? 3,
    suspicionPeriods: options.suspicionPeriods ?? 4,
    retransmits: options.retransmits ?? 4,
    maxUpdates: options.maxUpdates ?? 8,
    maxMembers: options.maxMembers ?? 256,
    syncPeriods: options.syncPeriods ?? 30,
    forgetAfterMs: options.forgetAfterMs ?? 3_600_000,
    lifeguard: options.lifeguard ?? true,
    incarnation: options.incarnation ?? 0,
  };
  const { pingTimeoutMs, forgetAfterMs, incarnation } = settings;
  within('periodMs', periodMs, 1, 1e6);
  if (!(pingTimeoutMs > 0 && pingTimeoutMs < periodMs))
    throw new RangeError('pingTimeoutMs must be above 0 and below periodMs');
  if (!(forgetAfterMs > 0)) throw new RangeError('forgetAfterMs must be above 0');
  whole('indirect', settings.indirect, 0, 16);
  within('suspicionPeriods', settings.suspicionPeriods, 1, 100);
  within('retransmits', settings.retransmits, 1, 100);
  whole('maxUpdates', settings.maxUpdates, 1, 64);
  whole('maxMembers', settings.maxMembers, 1, 4_096);
  whole('syncPeriods', settings.syncPeriods, 1, 10_000);
  whole('incarnation', incarnation, 0, maxIncarnation);
  return settings;
}

/** So many refutations no honest member needs; above, counting would not be exact some day. */
export const maxIncarnation = 1e15;

/** Factors of ten in a group of so many, ourselves included; at least one. */
export function decades(size: number): number {
  return Math.max(1, Math.log10(size));
}

function within(name: string, value: number, from: number, to: number): void {
  if (!(value >= from && value <= to)) throw new RangeError(`${name} must be from ${from} to ${to}`);
}

function whole(name: string, value: number, from: number, to: number): void {
  within(name, value, from, to);
  if (!Number.isInteger(value)) throw new RangeError(`${name} must be a whole number`);
}
