/** The form of a case: data, so that every store runs it in its own way. */
import type { ErrorCode } from '@bothy/wire';
import type { RoomFinding, RoomQuery, RoomsSnapshot, RoomWrite } from '../records.ts';

export type RoomStoreStep =
  /** `refused`: the commit fails with this code and with a sentence that has these words, and changes nothing. */
  | {
      readonly commit: readonly RoomWrite[];
      readonly refused?: { readonly code: ErrorCode; readonly words: string };
    }
  | { readonly ask: RoomQuery; readonly finding: RoomFinding }
  | { readonly holds: Partial<RoomsSnapshot> }
  /** A store that outlives its process is closed and opened. */
  | 'reopen';

export interface RoomStoreCase {
  readonly title: string;
  readonly steps: readonly RoomStoreStep[];
}
