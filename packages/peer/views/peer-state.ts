/** The state a person sees, kept by applying notices. Pure: web and terminal draw the same. */
import type {
  Contact,
  CopyDifference,
  CopyState,
  LinkStage,
  LinkState,
  PeerNotice,
  PeerSnapshot,
} from '@bothy/peer/core';
import type { WallClockOffset } from '@bothy/protocols';
import { directConversationId, type ErrorCode, type PersonId } from '@bothy/wire';

/** The best of a person's links, and where it is. */
export interface LinkView {
  readonly device: string;
  readonly state: LinkState;
  readonly stage: LinkStage;
  readonly retryInMs: number | undefined;
  /** When it came into this state and stage: Unix milliseconds of the reader's clock, for display. */
  readonly sinceMs: number;
  /** How far their clock is ahead of ours and how long a question and its answer take, once that is known. */
  readonly clock?: WallClockOffset;
}

/** How far our own entries in a conversation are. */
export interface ProgressView {
  readonly sent: number;
  readonly delivered: number;
  readonly read: number;
}

/** How the copy of a conversation on one device of the other person compares to ours. */
export interface CopyView {
  /** Its key, `person/device`. */
  readonly device: string;
  readonly state: CopyState;
  /** Entries that were found the same. */
  readonly entries: number;
  readonly differences: readonly CopyDifference[];
  /** When that was found: Unix milliseconds of the reader's clock, for display. */
  readonly atMs: number;
}

export interface PeerState {
  /** By contact id. */
  readonly contacts: ReadonlyMap<string, Contact>;
  readonly online: ReadonlySet<PersonId>;
  /** By person, then by device. */
  readonly links: ReadonlyMap<PersonId, ReadonlyMap<string, LinkView>>;
  /** By conversation id. */
  readonly progress: ReadonlyMap<string, ProgressView>;
  readonly unread: ReadonlyMap<string, number>;
  /** Who is writing to us just now. */
  readonly typing: ReadonlySet<PersonId>;
  /** By conversation id, then by device: what the last comparison found. */
  readonly copies: ReadonlyMap<string, ReadonlyMap<string, CopyView>>;
  /** By contact id: the other key that somebody uses in this contact's name. */
  readonly changedKeys: ReadonlyMap<string, PersonId>;
  /** Connection to the broker. */
  readonly signalling: 'up' | 'down';
  /** What was refused since the start: how often, and the last sentence. */
  readonly refused: ReadonlyMap<ErrorCode, { readonly count: number; readonly message: string }>;
}

/** What is known from the store alone: contacts, ticks and unread counts before any node is reachable. */
export function initialPeerState(me: PersonId, snapshot: PeerSnapshot): PeerState {
  const progress = new Map<string, ProgressView>();
  for (const receipt of snapshot.receipts) {
    const before = progress.get(receipt.conversation);
    progress.set(receipt.conversation, {
      sent: 0,
      delivered: Math.max(before?.delivered ?? 0, receipt.delivered),
      read: Math.max(before?.read ?? 0, receipt.read),
    });
  }
  const readUpTo = new Map(
    snapshot.readMarks.map((mark) => [`${mark.conversation} ${mark.log}`, mark.messages]),
  );
  const unread = new Map<string, number>();
  for (const head of snapshot.heads) {
    if (head.log.startsWith(`${me}/`)) continue;
    const count = head.messages - (readUpTo.get(`${head.conversation} ${head.log}`) ?? 0);
    unread.set(head.conversation, (unread.get(head.conversation) ?? 0) + count);
  }
  return {
    contacts: new Map(snapshot.contacts.map((contact) => [contact.id, contact])),
    online: new Set(),
    links: new Map(),
    progress,
    unread,
    typing: new Set(),
    copies: new Map(),
    changedKeys: new Map(),
    signalling: 'down',
    refused: new Map(),
  };
}

/** The state after a notice that came at `nowMs` of the wall clock. The same object when nothing changed that a person sees. */
export function applyNotice(state: PeerState, notice: PeerNotice, nowMs: number): PeerState {
  switch (notice.kind) {
    case 'contact':
      return { ...state, contacts: withEntry(state.contacts, notice.contact.id, notice.contact) };
    case 'contactRemoved': {
      const contacts = new Map(state.contacts);
      contacts.delete(notice.id);
      const changedKeys = new Map(state.changedKeys);
      changedKeys.delete(notice.id);
      return { ...state, contacts, changedKeys };
    }
    case 'progress': {
      const { sent, delivered, read } = notice;
      return {
        ...state,
        progress: withEntry(state.progress, notice.conversation, { sent, delivered, read }),
      };
    }
    case 'unread':
      return { ...state, unread: withEntry(state.unread, notice.conversation, notice.count) };
    case 'presence': {
      const online = new Set(state.online);
      if (notice.online) online.add(notice.person);
      else online.delete(notice.person);
      return { ...state, online };
    }
    case 'link': {
      const before = state.links.get(notice.person)?.get(notice.device);
      const isSame = before?.state === notice.state && before.stage === notice.stage;
      const view: LinkView = {
        device: notice.device,
        state: notice.state,
        stage: notice.stage,
        retryInMs: notice.retryInMs,
        sinceMs: isSame ? before.sinceMs : nowMs,
        ...(notice.clock === undefined ? {} : { clock: notice.clock }),
      };
      const devices = withEntry(state.links.get(notice.person) ?? new Map(), notice.device, view);
      return { ...state, links: withEntry(state.links, notice.person, devices) };
    }
    case 'copies': {
      const { conversation, kind: _, ...found } = notice;
      const views = withEntry(state.copies.get(conversation) ?? new Map(), found.device, {
        ...found,
        atMs: nowMs,
      });
      return { ...state, copies: withEntry(state.copies, conversation, views) };
    }
    case 'refused': {
      const count = (state.refused.get(notice.code)?.count ?? 0) + 1;
      return { ...state, refused: withEntry(state.refused, notice.code, { count, message: notice.message }) };
    }
    case 'typing': {
      const typing = new Set(state.typing);
      if (notice.active) typing.add(notice.person);
      else typing.delete(notice.person);
      return { ...state, typing };
    }
    case 'keyChanged':
      return { ...state, changedKeys: withEntry(state.changedKeys, notice.contact, notice.newPerson) };
    case 'entries':
      return state;
  }
}

const linkRank: Readonly<Record<LinkState, number>> = {
  open: 0,
  connecting: 1,
  retrying: 2,
  waiting: 3,
  failed: 4,
  offline: 5,
};

/** The link that says most about how a person can be reached; undefined before any is known. */
export function bestLink(state: PeerState, person: PersonId): LinkView | undefined {
  let best: LinkView | undefined;
  for (const link of state.links.get(person)?.values() ?? []) {
    if (best === undefined || linkRank[link.state] < linkRank[best.state]) best = link;
  }
  return best;
}

/** Contacts in the order of a list: requests to us first, then by name. */
export function contactList(state: PeerState): readonly Contact[] {
  const rank = (contact: Contact): number => (contact.state === 'asking' ? 0 : 1);
  return [...state.contacts.values()].sort(
    (a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
}

/** Unread entries of the conversation with a contact. */
export function unreadOf(state: PeerState, me: PersonId, contact: Contact): number {
  if (contact.person === null) return 0;
  return state.unread.get(directConversationId(me, contact.person)) ?? 0;
}

function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}
