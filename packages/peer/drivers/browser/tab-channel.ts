/**
 * What the tabs of one browser profile say to each other. One of them writes
 * (it holds the lock); the others follow it: they draw its state, read history
 * from the store themselves, and hand their commands to it.
 *
 *   writer ── writing ──▶ followers      "it is me now"
 *   follower ── hello ──▶ writer         "tell me the state"
 *   writer ── state, entries ──▶ followers
 *   follower ── ask ──▶ writer ── answer ──▶ follower
 *
 * Tabs are one program of one origin, so what they say is not parsed; a change
 * of these messages takes a new version.
 */
import type { CommandResult, EntryRow, PeerCommand } from '@bothy/peer/core';
import type { PeerState } from '@bothy/peer/views';
import type { PersonId } from '@bothy/wire';

export type TabMessage =
  | { readonly kind: 'writing' }
  | { readonly kind: 'hello' }
  | { readonly kind: 'state'; readonly state: PeerState }
  | { readonly kind: 'entries'; readonly rows: readonly EntryRow[] }
  | { readonly kind: 'ask'; readonly id: string; readonly command: PeerCommand }
  | { readonly kind: 'answer'; readonly id: string; readonly result: CommandResult };

const version = 1;

/** A message to all other tabs of this profile; `received` gets theirs, in the order of each. */
export class TabChannel {
  readonly #channel: BroadcastChannel;

  constructor(person: PersonId, received: (message: TabMessage) => void) {
    this.#channel = new BroadcastChannel(`bothy-${person}-tabs-${version}`);
    this.#channel.onmessage = (event: MessageEvent<TabMessage>) => received(event.data);
  }

  send(message: TabMessage): void {
    this.#channel.postMessage(message);
  }

  close(): void {
    this.#channel.onmessage = null;
    this.#channel.close();
  }
}
