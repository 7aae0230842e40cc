/** What nodes say to each other about the replicated directory. */
import type { RaftMessage } from '@bothy/protocols';
import type { NodeId } from '../rooms/room-entry.ts';
import type { DirectoryCommand, DirectoryContent, DirectoryResult } from './directory-command.ts';

/** How a node's directory stands, told to every other node when a link comes up and with every change. */
export interface DirectoryAbout {
  /**
   * Random, made by the node that founded it. Nodes of one directory have the same. One that an operator forced into
   * being, where the majority was lost, has the id of the one it replaces, `-`, and more.
   */
  readonly directory: string;
  readonly term: number;
  readonly leader: NodeId | null;
  readonly voters: readonly NodeId[];
  readonly learners: readonly NodeId[];
  /** What its version knows of the directory: `directoryLevel`. 0 of earlier versions, which do not say so. */
  readonly level: number;
}

export type DirectoryMessage =
  | { readonly kind: 'about'; readonly about: DirectoryAbout }
  /** Of another directory than the receiver's it is not heard. */
  | {
      readonly kind: 'raft';
      readonly directory: string;
      readonly message: RaftMessage<DirectoryCommand, DirectoryContent>;
    }
  /** To the leader: carry this out. Answered by `answer` with the same id, or not at all. */
  | {
      readonly kind: 'ask';
      readonly directory: string;
      readonly id: string;
      readonly command: DirectoryCommand;
    }
  /**
   * To the leader: how far must I have applied to know all that was answered anywhere before this came? Answered by
   * `answer` with `done`.
   */
  | { readonly kind: 'askRead'; readonly directory: string; readonly id: string }
  /** `index`: the asker has seen the result once it has applied it. */
  | { readonly kind: 'answer'; readonly id: string; readonly index: number; readonly result: DirectoryResult }
  /** Not the leader, or it could not be carried out. `leader`: who is, if known. */
  | { readonly kind: 'refuse'; readonly id: string; readonly leader: NodeId | null }
  /**
   * To the leader of another directory: take me in. The sender's own has ended for good when this is answered by
   * `enrolled`; else it is refused. An answer to an earlier id than the sender's last is not heard, for more may have
   * been bound since.
   */
  | {
      readonly kind: 'enrol';
      readonly directory: string;
      readonly id: string;
      readonly from: string;
      readonly content: DirectoryContent;
    }
  /** `index`: what the sender brought is in the directory as of this entry. */
  | { readonly kind: 'enrolled'; readonly directory: string; readonly id: string; readonly index: number };
