/**
 * What the core that decides on homes takes in and gives out.
 *
 * The host owes it: `start` first; `connected` whenever the bus has a connection; `claim` for every `edge/+/home` that is heard, retained ones and our own included,
 * parsed by `parseEdgeHome`; `heard` when a client of this node's own broker (not over a bridge) publishes for an edge
 * of which `homeOf` says nothing; `publish` in order, QoS 1, after what was persisted before it. Readings of an edge go to ingest only while
 * `isHome(edge)`.
 */
import type { ClearTimer, Persist, SetTimer, TimerFired } from '@bothy/protocols';
import type { DirectoryCommand, DirectoryResult, EdgeHome, EdgeId, ErrorCode } from '@bothy/wire';
import type { HomeWrite } from './records.ts';

export interface HomeConfig {
  /** The id of this node. */
  readonly node: string;
  /**
   * How long after the start and after each connection claims of other nodes may be on their way. Until then no home is
   * claimed for an edge that is new to us (where the nodes share no directory); what is known and was not heard by then is
   * said. 0: there are no other nodes.
   * @default 3000
   */
  readonly settleMs?: number;
  /** Edges whose home is known; of more, new ones get none. @default 10000 */
  readonly mostEdges?: number;
}

export type HomeCommand = Extract<DirectoryCommand, { kind: 'claimHome' | 'moveHome' | 'forgetHome' }>;

/** `mayHappen`: it was refused, and may be carried out yet. */
export type HomeDirectoryAnswer =
  | { readonly ok: true; readonly result: DirectoryResult }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string; readonly mayHappen: boolean };

export type HomeInput =
  | { readonly kind: 'start' }
  /** The bus has a connection, and with it what the broker has retained: what was said before may never have arrived. */
  | { readonly kind: 'connected' }
  | { readonly kind: 'heard'; readonly edge: EdgeId }
  | { readonly kind: 'claim'; readonly home: EdgeHome }
  /** An empty `edge/<id>/home` was heard: an operator took the edge out at its home. */
  | { readonly kind: 'claimGone'; readonly edge: EdgeId }
  /** By an operator, answered by `answer`. `to`: another node, or this one. */
  | { readonly kind: 'move'; readonly id: string; readonly edge: EdgeId; readonly to: string }
  /** By an operator: taken out of the system. */
  | { readonly kind: 'forget'; readonly edge: EdgeId }
  /** To an `askDirectory` of this start: exactly one, after a `directorySays` with what it changed. */
  | { readonly kind: 'directoryAnswered'; readonly id: string; readonly result: HomeDirectoryAnswer }
  /** What this node knows of the directory by now, in its order: what has changed, or with `whole` all, as at every start. */
  | {
      readonly kind: 'directorySays';
      readonly whole: boolean;
      readonly homes: readonly EdgeHome[];
      readonly gone: readonly EdgeId[];
    }
  | TimerFired;

export type HomeOutput =
  | Persist<HomeWrite>
  /** `edge/<id>/home`, or an empty payload to take it away. */
  | {
      readonly kind: 'publish';
      readonly topic: string;
      readonly payload: string;
      readonly qos: 1;
      readonly retain: true;
    }
  /** Of `DirectoryHomeCore`; answered by `directoryAnswered` with the same id. */
  | { readonly kind: 'askDirectory'; readonly id: string; readonly command: HomeCommand }
  /** This node is its home from now on: AlarmCore adopts its alarms, ingest hears its readings. */
  | { readonly kind: 'gained'; readonly edge: EdgeId }
  /** Another node is, or none: AlarmCore releases them. */
  | {
      readonly kind: 'lost';
      readonly edge: EdgeId;
      readonly home: string | null;
      /** Under which it was ours; left out: it was not. */
      readonly wasEpoch?: number;
    }
  | {
      readonly kind: 'answer';
      readonly id: string;
      readonly result:
        | { readonly ok: true; readonly home: EdgeHome }
        | { readonly ok: false; readonly code: ErrorCode; readonly message: string };
    }
  /** There is no room for another edge; said the first time and every thousandth. */
  | { readonly kind: 'refused'; readonly edge: EdgeId; readonly count: number; readonly sentence: string }
  | SetTimer
  | ClearTimer;
