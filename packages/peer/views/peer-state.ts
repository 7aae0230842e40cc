/** The state a person sees, kept by applying notices. Pure: web and terminal draw the same. */
import {
  type Contact,
  type CopyDifference,
  type CopyState,
  type LinkStage,
  type LinkState,
  type PeerNotice,
  type PeerSnapshot,
  type Receipt,
  Receipts,
  type Ticks,
} from '@bothy/peer/core';
import type { WallClockOffset } from '@bothy/protocols';
import {
  type DeviceId,
  directConversationId,
  type ErrorCode,
  type LogKey,
  logKeyOf,
  type PersonId,
  parseDeviceKey,
} from '@bothy/wire';

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
  /** The log that the numbers are of. @default every log */
  readonly log?: LogKey;
  readonly sent: number;
  readonly delivered: number;
  readonly read: number;
  /** The same for logs of ids that this device had before. */
  readonly former?: Readonly<Record<LogKey, { readonly sent: number } & Ticks>>;
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
  /** The ids of this device, the one that it has now last. */
  readonly devices: readonly DeviceId[];
  /** In this start it took a new id, for a copy of it is in use. */
  readonly isRenewed: boolean;
  /** By conversation id: how often entries were written again, and are not where they were. */
  readonly writtenAgain: ReadonlyMap<string, number>;
  /** Connection to the broker. */
  readonly signalling: 'up' | 'down';
  /** What was refused since the start: how often, and the last sentence. */
  readonly refused: ReadonlyMap<ErrorCode, { readonly count: number; readonly message: string }>;
}

/**
 * What is known from the store alone: contacts, ticks and unread counts before any node is reachable. `devices` are the
 * ids of this device, the one that it has now last.
 */
export function initialPeerState(
  me: PersonId,
  snapshot: PeerSnapshot,
  devices: readonly DeviceId[] = [],
): PeerState {
  const ownLogs = devices.map((device) => logKeyOf({ person: me, device }));
  const progress = new Map<string, ProgressView>();
  for (const [id, receipts] of Map.groupBy(snapshot.receipts, ({ conversation }) => conversation)) {
    progress.set(id, storedProgress(id, receipts, ownLogs));
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
    devices,
    isRenewed: false,
    writtenAgain: new Map(),
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
      const { kind: _, conversation, ...progress } = notice;
      return { ...state, progress: withEntry(state.progress, conversation, progress) };
    }
    case 'writtenAgain': {
      const times = (state.writtenAgain.get(notice.conversation) ?? 0) + 1;
      return { ...state, writtenAgain: withEntry(state.writtenAgain, notice.conversation, times) };
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
      const isWhole = found.state === 'same';
      return {
        ...state,
        copies: withEntry(
          state.copies,
          conversation,
          isWhole ? withoutGone(views, state, found.device) : views,
        ),
      };
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

/**
 * Without what devices differed in that are not linked any more: one that took a new id does not come back under the old
 * one, and any other is compared anew when it does.
 */
function withoutGone(
  views: ReadonlyMap<string, CopyView>,
  { links }: PeerState,
  same: string,
): ReadonlyMap<string, CopyView> {
  const isOpen = (key: string): boolean => {
    const { person = '', device = '' } = parseDeviceKey(key) ?? {};
    return links.get(person)?.get(device)?.state === 'open';
  };
  return new Map([...views].filter(([key, { state }]) => key === same || state !== 'differs' || isOpen(key)));
}

function storedProgress(
  conversation: string,
  receipts: readonly Receipt[],
  ownLogs: readonly LogKey[],
): ProgressView {
  const book = new Receipts(conversation, ownLogs);
  for (const receipt of receipts) book.restore(receipt);
  const ticks = (log: LogKey) => ({ sent: 0, ...book.furthest(log) });
  const [log = '', ...former] = ownLogs.toReversed();
  if (former.length === 0) return ticks(log);
  return { log, ...ticks(log), former: Object.fromEntries(former.map((each) => [each, ticks(each)])) };
}

function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}
