/** What the test of the peer drivers runs inside the browser. Results are plain data; the test judges them. */
import { createIdentity } from '@bothy/identity';
import type { EntryRow, PeerCommand, RtcEvent, RtcOperation } from '@bothy/peer/core';
import {
  browserIdentityStore,
  DeviceDirectory,
  openPeerDatabase,
  type PeerSession,
  RtcLinks,
  sealEntry,
  startPeerSession,
} from '@bothy/peer/drivers/browser';
import { messageItems } from '@bothy/peer/views';
import { directConversationId, type VerifiedFrame } from '@bothy/wire';
import { deletedText } from './deleted-text.ts';

const person = 'p'.repeat(32);

function row(n: number, ms: number, log = `${person}/${'d'.repeat(16)}`): EntryRow {
  const record = { header: `h${n}`, body: `b${n}` };
  return { conversation: 'c', log, n, record, hash: `#${n}`, hlc: { ms, counter: 0 }, ahead: false };
}

function failLoudly(error: Error): never {
  throw error;
}

const storeTests = {
  /** Writes, closes, opens again: what is there? */
  async roundTrip() {
    const first = await openPeerDatabase({ person, lost: failLoudly });
    const boots = [await first.nextBoot()];
    const [log, cut] = [`${person}/${'e'.repeat(16)}`, `${person}/${'g'.repeat(16)}`];
    await new Promise<void>((resolve, reject) => {
      const contact = { id: 'x', name: 'ben', person: null, state: 'asked', certificate: null } as const;
      first.commit(
        [
          { kind: 'putContact', contact: { ...contact, request: 1, changedAt: 5 } },
          { kind: 'putContact', contact: { ...contact, id: 'gone', request: 1, changedAt: 5 } },
          { kind: 'deleteContact', id: 'gone' },
          ...[1, 2, 3, 4, 5].map((n) => ({ kind: 'putEntry', row: row(n, n * 10) }) as const),
          { kind: 'putEntry', row: row(1, 25, log) },
          { kind: 'putEntry', row: { ...row(1, 25), conversation: 'other' } },
          { kind: 'putHead', head: { conversation: 'c', log, n: 1, hash: '#1', messages: 1 } },
          // One log is cut behind its fifth entry, and of another nothing is left.
          { kind: 'putEntry', row: row(6, 60) },
          { kind: 'cutLog', conversation: 'c', log: row(6, 60).log, from: 6 },
          { kind: 'putEntry', row: row(1, 26, cut) },
          { kind: 'putHead', head: { conversation: 'c', log: cut, n: 1, hash: '#1', messages: 1 } },
          { kind: 'cutLog', conversation: 'c', log: cut, from: 1 },
          { kind: 'putReceipt', receipt: { conversation: 'c', device: log, delivered: 2, read: 1 } },
          { kind: 'putReadMark', mark: { conversation: 'c', log, n: 1, messages: 1 } },
          { kind: 'putClock', clock: { ms: 99, counter: 1 } },
        ],
        (error) => (error === undefined ? resolve() : reject(error)),
      );
    });
    first.close();
    const second = await openPeerDatabase({ person, lost: failLoudly });
    boots.push(await second.nextBoot());
    const name = (one: EntryRow): string => `${one.log === log ? 'e' : 'd'}${one.n}`;
    const newest = await second.history('c', { limit: 3 });
    const older = await second.history('c', { limit: 10, before: newest[0] });
    const newer = await second.history('c', { limit: 2, after: older[0] });
    const beyond = await second.history('c', { limit: 2, after: newest[2] });
    const middle = await second.entries({
      kind: 'entries',
      conversation: 'c',
      log: row(1, 1).log,
      from: 2,
      limit: 2,
    });
    const snapshot = await second.load();
    second.close();
    const [names, olderNames, newerNames, middleNames] = [newest, older, newer, middle].map((rows) =>
      rows.map(name),
    );
    return {
      boots,
      newest: names,
      older: olderNames,
      newer: newerNames,
      beyond,
      middle: middleNames,
      snapshot,
    };
  },

  /** Edits and deletions are found by what they change, also in a store that an older version made. */
  async amendments() {
    const old = indexedDB.open(`bothy-${person}`, 1);
    old.onupgradeneeded = () => {
      const key = { keyPath: ['conversation', 'log', 'n'] };
      const entries = old.result.createObjectStore('entries', key);
      entries.createIndex('onScreen', ['conversation', 'hlc.ms', 'hlc.counter', 'log', 'n'], {
        unique: true,
      });
      for (const name of ['contacts', 'heads', 'receipts', 'readMarks', 'meta']) {
        old.result.createObjectStore(name, name === 'meta' ? {} : { keyPath: 'id' });
      }
    };
    await new Promise((resolve) => {
      old.onsuccess = resolve;
    });
    old.result.close();
    const store = await openPeerDatabase({ person, lost: failLoudly });
    const amending = (n: number, kind: string, target: number, log?: string): EntryRow => {
      const body = JSON.stringify({ kind, of: { device: 'd'.repeat(16), n: target }, text: 'anew' });
      return { ...row(n, n * 10, log), record: { header: '', body } };
    };
    const rows = [
      ...[1, 2, 3].map((n) => row(n, n)),
      amending(4, 'edit', 1),
      amending(5, 'delete', 2),
      amending(6, 'edit', 1),
      // Somebody else's: it is about an entry of theirs.
      amending(7, 'edit', 1, `${'q'.repeat(32)}/${'d'.repeat(16)}`),
    ];
    await new Promise((resolve) => {
      store.commit(
        rows.map((each) => ({ kind: 'putEntry', row: each })),
        resolve,
      );
    });
    const found = await store.amendments([row(1, 1), row(3, 3)]);
    store.close();
    return found.map(({ n }) => n).sort();
  },

  /** A commit of which one write fails: nothing of it may be there. */
  async failingCommit() {
    const store = await openPeerDatabase({ person, lost: failLoudly });
    const broken = { ...row(9, 90), n: Number.NaN };
    const error = await new Promise<unknown>((resolve) => {
      store.commit(
        [
          { kind: 'putClock', clock: { ms: 123, counter: 0 } },
          { kind: 'putEntry', row: broken },
        ],
        resolve,
      );
    });
    const { clock } = await store.load();
    store.close();
    return { error: JSON.parse(JSON.stringify(error ?? null)), clock };
  },

  /** The durability that every transaction which writes was made with. */
  async durability() {
    const seen: unknown[] = [];
    const original = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (stores, mode, options) {
      if (mode === 'readwrite') seen.push(options?.durability);
      return original.call(this, stores, mode, options);
    };
    await storeTests.roundTrip();
    await browserIdentityStore().save(await createIdentity({ name: 'kept', issuedAt: 1 }));
    IDBDatabase.prototype.transaction = original;
    return seen;
  },

  /** A newer version opens the database: ours lets go and says so. */
  async newerVersion() {
    const lost = Promise.withResolvers<Error>();
    await openPeerDatabase({ person: 'newer', lost: lost.resolve });
    const request = indexedDB.open('bothy-newer', 1_000);
    const opened = new Promise((resolve) => {
      request.onsuccess = resolve;
    });
    const error = await lost.promise;
    await opened;
    request.result.close();
    const refused = await openPeerDatabase({ person: 'newer', lost: failLoudly }).catch(
      (thrown: unknown) => thrown,
    );
    return [error.message, String(refused)];
  },

  async identity() {
    const made = await createIdentity({ name: 'ann', issuedAt: 1 });
    await browserIdentityStore().save(made);
    const loaded = await browserIdentityStore().load();
    if (loaded === undefined) return 'nothing was kept';
    const author = { person: loaded.person, device: loaded.device };
    const content = { conversation: 'c', author, n: 1, prev: '', hlc: { ms: 1, counter: 0 }, body: '{}' };
    await sealEntry(content, loaded);
    const exported = await crypto.subtle.exportKey('pkcs8', loaded.devicePrivateKey).catch(() => 'refused');
    return { same: loaded.certificate === made.certificate, exported };
  },
};

/** Two sets of links in one page, their signals carried by hand. */
async function linkPair(frames: { big: number }) {
  const [ann, ben] = await Promise.all([
    createIdentity({ name: 'ann', issuedAt: 1 }),
    createIdentity({ name: 'ben', issuedAt: 1 }),
  ]);
  const log: string[] = [];
  const received: string[] = [];
  const done = Promise.withResolvers<void>();
  const open = new Set<string>();
  const bothOpen = Promise.withResolvers<void>();
  const otherClosed = Promise.withResolvers<void>();
  const conversation = directConversationId(ann.person, ben.person);
  const sides: Record<'a' | 'b', RtcLinks> = {
    a: side('a', 'b', ann.certificate),
    b: side('b', 'a', ben.certificate),
  };

  function side(me: 'a' | 'b', other: 'a' | 'b', ownCertificate: string): RtcLinks {
    const stored = (id: string): string | null => (id === ann.person ? ann.certificate : null);
    return new RtcLinks({
      devices: new DeviceDirectory({ ownCertificate, stored }),
      events: {
        event: (_link, event) => carry(me, other, event),
        frame: (_link, frame) => take(me, frame),
        refused: (code, message) => log.push(`${me} refused ${code}: ${message}`),
      },
    });
  }

  function perform(at: 'a' | 'b', operation: RtcOperation): void {
    sides[at].perform('link', operation);
  }

  function carry(me: 'a' | 'b', other: 'a' | 'b', event: RtcEvent): void {
    log.push(`${me} ${event.kind}`);
    if (event.kind === 'localDescription') {
      perform(other, { kind: 'setRemoteDescription', type: event.type, sdp: event.sdp });
    }
    if (event.kind === 'remoteDescriptionSet' && event.type === 'offer')
      perform(me, { kind: 'setLocalDescription' });
    // Their description is set before: operations of a link run in order.
    if (event.kind === 'candidate' && event.candidate !== null) {
      perform(other, { kind: 'addCandidate', candidate: event.candidate });
    }
    if (event.kind === 'channel' && event.state === 'closed') otherClosed.resolve();
    if (event.kind === 'channel' && event.state === 'open') {
      open.add(me);
      if (open.size === 2) bothOpen.resolve();
    }
  }

  function take(me: 'a' | 'b', frame: VerifiedFrame): void {
    if (me !== 'b') return;
    received.push(
      frame.kind === 'entries' ? `entries ${frame.entries.map((one) => one.header.n)}` : frame.kind,
    );
    if (frame.kind === 'pong') done.resolve();
  }

  perform('b', { kind: 'open' });
  perform('a', { kind: 'open' });
  perform('a', { kind: 'setLocalDescription' });
  await bothOpen.promise;
  const author = { person: ann.person, device: ann.device };
  const text = 'x'.repeat(30_000);
  for (let n = 1; n <= frames.big; n++) {
    const body = JSON.stringify({ kind: 'message', id: `m${n}`, text });
    const content = { conversation, author, n, prev: '', hlc: { ms: n, counter: 0 }, body };
    const { record } = await sealEntry(content, ann);
    sides.a.send('link', { kind: 'entries', conversation, entries: [record] });
    sides.a.send('link', { kind: 'ping', t: n });
  }
  sides.a.send('link', { kind: 'entries', conversation, entries: [{ header: '{}', body: '{}' }] });
  sides.a.send('link', { kind: 'pong', t: 0 });
  await done.promise;
  perform('a', { kind: 'close' });
  const atClose = log.length;
  await otherClosed.promise;
  const afterClose = log.slice(atClose).filter((line) => line.startsWith('a '));
  sides.b.stop();
  return { received, log: log.slice(0, atClose), afterClose };
}

/** One person in this page, over the broker at `brokerUrl`. */
let session: PeerSession | undefined;

function running(): PeerSession {
  if (session === undefined) throw new Error('start the session first');
  return session;
}

const sessionTests = {
  async start(name: string, brokerUrl: string) {
    const store = browserIdentityStore();
    const identity = (await store.load()) ?? (await createIdentity({ name, issuedAt: Date.now() }));
    await store.save(identity);
    session = await startPeerSession({ identity, brokerUrl, audience: 'here' });
    return session.role();
  },
  role: () => running().role(),
  person: () => running().me.person,
  command: (command: PeerCommand) => running().command(command),
  stop: () => running().stop(),
  /** Many commands in one turn; how often each code, or `ok`, was the answer. */
  async flood(commands: readonly PeerCommand[]) {
    const results = await Promise.all(commands.map((each) => running().command(each)));
    const codes = Map.groupBy(results, (result) => (result.ok ? 'ok' : result.code));
    return Object.fromEntries([...codes].map(([code, each]) => [code, each.length]));
  },
  /** Makes the next transaction that writes fail as a full disk does; then commands, and looks. */
  async fillDisk(command: PeerCommand, outcome: 'restart' | 'end') {
    const original = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (stores, mode, options) {
      if (mode !== 'readwrite') return original.call(this, stores, mode, options);
      IDBDatabase.prototype.transaction = original;
      throw new DOMException('full', 'QuotaExceededError');
    };
    const failed = new Promise<void>((resolve) => {
      running().subscribe(() => running().failure() !== undefined && resolve());
    });
    const result = await running().command(command);
    if (outcome === 'end') await failed;
    return { result, failure: running().failure()?.message };
  },
  /** What a person would see of the conversation with somebody, by name. */
  async look(name: string) {
    const { me } = running();
    const state = running().state();
    const contact = [...state.contacts.values()].find((one) => one.name === name);
    const { signalling } = state;
    if (contact === undefined || contact.person === null) {
      return { signalling, contact: contact?.state, messages: [] };
    }
    const conversation = directConversationId(me.person, contact.person);
    const rows = await running().history(conversation, { limit: 50 });
    const items = messageItems(rows, me.person, state.progress.get(conversation));
    return {
      signalling,
      id: contact.id,
      contact: contact.state,
      online: state.online.has(contact.person),
      unread: state.unread.get(conversation) ?? 0,
      changedKey: state.changedKeys.get(contact.id),
      messages: items.map((item) => `${item.mine ? 'me' : name}: ${item.text} ${item.status ?? ''}`.trim()),
    };
  },
  refused: () =>
    [...running().state().refused].map(([code, { count, message }]) => `${code} ${count} ${message}`),
};

const harness = { ...storeTests, deletedText, linkPair, session: sessionTests };
export type Harness = typeof harness;
Object.assign(globalThis, { harness });
