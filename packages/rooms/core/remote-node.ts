/** Another node as this one knows it: who it is, how its link is doing, and what is to be thought of its silence. */
import { type ExponentialBackoff, RhythmDetector } from '@bothy/protocols';
import type { NodeHealth, NodeInfo, NodeLoad } from '@bothy/wire';
import { timing } from './config.ts';
import { NodeClock } from './node-clock.ts';

export interface RemoteNode {
  info: NodeInfo;
  /** Where it was reached last, when that is not the address that it tells. */
  dialled: string | undefined;
  /** Set while a link stands. */
  detector: RhythmDetector | null;
  /** When its last link came up, when anything was heard over it, and when a heartbeat was sent. */
  upMs: number;
  heardMs: number;
  beatMs: number;
  /** How soon its next heartbeat comes, by its last one; 0 while it has not said, which earlier versions never do. */
  nextMs: number;
  /** Of this link. */
  clock: NodeClock;
  /** Waits between dials: they go on growing while links end as soon as they stand. */
  readonly backoff: ExponentialBackoff;
  health: NodeHealth;
  load: NodeLoad | null;
}

export function unlinkedNode(info: NodeInfo, backoff: ExponentialBackoff): RemoteNode {
  const times = { upMs: 0, heardMs: 0, beatMs: 0, nextMs: 0 };
  const clock = new NodeClock();
  return { info, dialled: undefined, detector: null, ...times, clock, backoff, health: 'down', load: null };
}

/** Learns the rhythm of its heartbeats, which come this often. */
export function newDetector(monoMs: number, intervalMs: number): RhythmDetector {
  return new RhythmDetector({
    intervalMs,
    timeoutMs: Math.max(timing.downAfterMs, intervalMs * 3),
    phi: timing.suspectedAtPhi,
    startMs: monoMs,
  });
}

/** What others say of it, where SWIM asks them. */
export interface Hearsay {
  readonly suspects: boolean;
  readonly doubts: boolean;
}

/** `gone`: its link is half open, and the other side would never hear that it is not used any more. */
export function standingOf(
  remote: RemoteNode,
  hearsay: Hearsay,
  monoMs: number,
): 'up' | 'suspected' | 'gone' {
  const silentMs = monoMs - remote.heardMs;
  const liveness = remote.detector?.state(monoMs) ?? 'dead';
  // One that came back with an earlier version answers no ping, and is held for dead for that.
  const isAsked = remote.nextMs > 0;
  if (liveness === 'dead' || (isAsked && silentMs >= timing.downAfterMs && hearsay.doubts)) return 'gone';
  const isDoubted = isAsked && silentMs > timing.heartbeatMs && hearsay.suspects;
  return liveness === 'late' || isDoubted ? 'suspected' : 'up';
}

export function isSameNode(one: NodeInfo, other: NodeInfo): boolean {
  return (
    one.instance === other.instance &&
    one.address === other.address &&
    one.webUrl === other.webUrl &&
    one.version === other.version
  );
}
