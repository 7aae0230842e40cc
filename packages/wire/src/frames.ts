/** Frames on a link: one JSON object per text frame of the data channel `bothy.v1`. */
import type { EntryRecord, LogKey, VerifiedEntry } from './entry.ts';

/** Highest number held per log; a log that is absent counts as 0. */
export type LogVector = Readonly<Record<LogKey, number>>;

/** Label and id of the negotiated data channel that carries frames. */
export const frameChannel = { label: 'bothy.v1', id: 1 } as const;

interface PlainFrames {
  /**
   * "I hold these durably." Sent first on every new link, and again after entries were stored. `ends`, in the first one:
   * the hash of the last entry of each log, by which copies are compared; earlier versions do not say.
   */
  have: {
    readonly kind: 'have';
    readonly conversation: string;
    readonly vector: LogVector;
    readonly ends?: Readonly<Record<LogKey, string>>;
  };
  /** "What is the hash of your entry n?" Asked only of those who said their ends. */
  compare: {
    readonly kind: 'compare';
    readonly conversation: string;
    readonly log: LogKey;
    readonly n: number;
  };
  /** The answer to `compare`. The hash is empty where that entry is not held. */
  hash: {
    readonly kind: 'hash';
    readonly conversation: string;
    readonly log: LogKey;
    readonly n: number;
    readonly hash: string;
  };
  /** "My person has seen these." */
  read: { readonly kind: 'read'; readonly conversation: string; readonly vector: LogVector };
  /** The person is writing, or has stopped. Nothing is kept of it. */
  typing: { readonly kind: 'typing'; readonly conversation: string; readonly active: boolean };
  ping: { readonly kind: 'ping'; readonly t: number };
  /** `t` is that of the ping. `at`: the wall clock of who answers, Unix milliseconds; earlier versions do not say. */
  pong: { readonly kind: 'pong'; readonly t: number; readonly at?: number };
}
export type PlainFrame = PlainFrames[keyof PlainFrames];
export type PingFrame = PlainFrames['ping'];
export type PongFrame = PlainFrames['pong'];

/** The last wall time that JavaScript knows: no stamp in a frame is later. */
export const lastWallMs = 8.64e15;

/** A frame as it is sent. */
export type Frame =
  | PlainFrame
  | { readonly kind: 'entries'; readonly conversation: string; readonly entries: readonly EntryRecord[] };

/** A frame as a core sees it: entries verified, in arrival order. */
export type VerifiedFrame =
  | PlainFrame
  | { readonly kind: 'entries'; readonly conversation: string; readonly entries: readonly VerifiedEntry[] };
