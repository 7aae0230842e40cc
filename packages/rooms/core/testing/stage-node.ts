/** One node on the stage, and what it showed. */
import type { RoomsCore, RoomsOutput } from '@bothy/rooms/core';
import type { NodeInfo, RoomEntry, RoomId, RoomNotice } from '@bothy/wire';
import type { RoomStoreModel } from './room-store-model.ts';

/** What a session was sent. */
export type Shown =
  | Extract<RoomsOutput, { kind: 'reply' | 'opened' }>
  | { readonly kind: 'entries'; readonly room: RoomId; readonly entries: readonly RoomEntry[] }
  | { readonly kind: 'notice'; readonly notice: RoomNotice };

export interface StageNode {
  readonly info: NodeInfo;
  readonly store: RoomStoreModel;
  core: RoomsCore;
  boots: number;
  readonly timers: Map<string, number>;
  readonly attached: Map<RoomId, Set<string>>;
  readonly links: Set<string>;
}
