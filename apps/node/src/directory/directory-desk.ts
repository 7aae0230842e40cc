/**
 * The cluster's directory as the rest of a node uses it: what is asked of it, what is known here, and what has changed.
 * `DirectoryHost` is the one that runs; tests of others give one of their own.
 */
import type { DirectoryOutput, DirectoryRefusal, DirectoryView } from '@bothy/directory/core';
import {
  BothyError,
  type DirectoryCommand,
  type DirectoryResult,
  type DirectoryRoomClaim,
  type EdgeHome,
  type EdgeId,
  type KeptKey,
  type Name,
  type NameRecord,
  type PersonId,
  type RoomId,
} from '@bothy/wire';

/**
 * `changed`: what a command did, in the one order of all nodes, also when another node gave it. `replaced`: compare all
 * that you keep with what is known now; it is the first at each start. `standing`: `view` shows something else.
 */
export type DirectoryChange = Extract<
  DirectoryOutput,
  { readonly kind: 'changed' | 'replaced' | 'standing' }
>;

export interface DirectoryDesk {
  /**
   * Carries a command out, at whatever node leads. By the answer this node knows the result itself, and listeners have
   * been told. Rejects with a `BothyError`, after some 5 s at most: `directory_unavailable` (no majority can be reached, or
   * this node starts anew), `limit_reached`, `bad_request`; `mayHappen` tells whether it may still be carried out. All
   * commands are idempotent, so ask again.
   */
  command(command: DirectoryCommand): Promise<DirectoryResult>;

  // What is known here, at once. It is never wrong about the past, and may be old where `view.state` is not `ready`.

  /** Undefined until the first start is over. */
  readonly view: DirectoryView | undefined;
  name(name: Name): NameRecord | undefined;
  names(): readonly NameRecord[];
  ownerOf(name: Name): PersonId | undefined;
  /** Undefined: it was never kept out. */
  key(person: PersonId): KeptKey | undefined;
  keys(): readonly KeptKey[];
  room(room: RoomId): DirectoryRoomClaim | undefined;
  isBuried(room: RoomId): boolean;
  home(edge: EdgeId): EdgeHome | undefined;
  homes(): readonly EdgeHome[];

  /**
   * Told of every change, at once and in order, before the command that did it is answered. Who comes after the start has
   * to look at what is known by itself. A listener must not throw. Ends with what is returned.
   */
  onChanged(listener: (change: DirectoryChange) => void): () => void;
}

/** A refusal as commands reject with it. */
export function refusalError({ code, message, mayHappen }: DirectoryRefusal): BothyError {
  return new BothyError(code, message, { details: { mayHappen } });
}

/** The refusal that a rejected command had; anything else that was thrown may have happened. */
export function refusalOf(thrown: unknown): DirectoryRefusal {
  const { code, message, details } = BothyError.from(thrown);
  const isKnown = code === 'limit_reached' || code === 'bad_request';
  return {
    ok: false,
    code: isKnown ? code : 'directory_unavailable',
    message,
    mayHappen: details?.['mayHappen'] !== false,
  };
}
