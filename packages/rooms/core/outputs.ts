/** Everything a rooms core can ask of the world. */
import type { ClearTimer, Early, Lookup, Persist, SetTimer } from '@bothy/protocols';
import type {
  Author,
  DirectoryCommand,
  ErrorCode,
  Resumed,
  RoomEntry,
  RoomId,
  RoomNotice,
  RoomResult,
} from '@bothy/wire';
import type { RoomClusterMessage } from './inputs.ts';
import type { RoomQuery, RoomWrite } from './records.ts';

export type RoomsOutput =
  | Persist<RoomWrite>
  | SetTimer
  | ClearTimer
  | Lookup<RoomQuery>
  /** The answer to the command of this id. */
  | ({
      readonly kind: 'reply';
      readonly id: string;
      readonly session: string | null;
      readonly result: RoomResult;
    } & Early)
  | {
      readonly kind: 'opened';
      readonly session: string;
      readonly resumed: readonly Resumed[];
    }
  /** From here on `deliver` and notices of the room go to this session too. */
  | { readonly kind: 'attach' | 'detach'; readonly session: string; readonly room: RoomId }
  /** Entries for every attached session, in order. */
  | {
      readonly kind: 'deliver';
      readonly room: RoomId;
      readonly entries: readonly RoomEntry[];
      readonly trace?: string;
    }
  /** Missed entries for one session, which is attached after them. */
  | {
      readonly kind: 'deliverTo';
      readonly session: string;
      readonly room: RoomId;
      readonly entries: readonly RoomEntry[];
    }
  /** Something to know that is not in the log: for one session, for the room's attached ones, or for all. */
  | ({
      readonly kind: 'notice';
      readonly to: { readonly session: string } | { readonly room: RoomId } | 'all';
      readonly notice: RoomNotice;
    } & Early)
  /** To another node, in order; dropped when no link stands, of which the core then hears. */
  | ({ readonly kind: 'send'; readonly to: string; readonly message: RoomClusterMessage } & Early)
  /** Make a link to this address: answered by `linkUp` or `dialFailed`. */
  | ({ readonly kind: 'dial'; readonly address: string } & Early)
  /** End the link to this node, for the reason given. */
  | ({ readonly kind: 'hangUp'; readonly node: string; readonly reason: string } & Early)
  /** A message with these files was taken away: those that its author put into this room go, where this node keeps them. */
  | {
      readonly kind: 'dropFiles';
      readonly room: RoomId;
      readonly author: Author;
      readonly files: readonly string[];
    }
  /** Answered by `directoryAnswered` with the same id. */
  | {
      readonly kind: 'askDirectory';
      readonly id: string;
      readonly command: Extract<DirectoryCommand, { kind: 'claimRoom' | 'buryRoom' }>;
    }
  | { readonly kind: 'forgotten'; readonly id: string; readonly known: boolean }
  /** Something from outside was refused: counted by its code, and logged. */
  | ({ readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string } & Early);
