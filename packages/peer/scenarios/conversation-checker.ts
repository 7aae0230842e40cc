/**
 * What must hold in every simulated conversation. Safety is checked after every
 * step, against what is durable on each device; liveness once faults have ended.
 */
import type { CommandResult, EntryRow, LinkState, PeerNotice, PeerWrite } from '@bothy/peer/core';
import { compareRows } from '@bothy/peer/views';
import {
  type CausalOperation,
  checkCausal,
  checkEventual,
  checkStrongEventual,
  type ReplicaObservation,
} from '@bothy/protocols';
import { directConversationId } from '@bothy/wire';
import { ClockChecker } from './clock-checker.ts';
import { targetOf } from './device-store.ts';
import type { DeviceObserver, PeerDevice } from './peer-device.ts';

export interface Sent {
  readonly author: PeerDevice;
  readonly to: PeerDevice;
  readonly messageId: string;
}

/** A message that its author was told is saved. */
export interface Saved extends Sent {
  /** Its number in the author's log. */
  readonly n: number;
}

/** Writes of a device from one look at what it shows to the next. */
const observeEvery = 7;
/** Per conversation. */
const maxObservations = 500;

export class ConversationChecker implements DeviceObserver {
  readonly #devices: PeerDevice[] = [];
  /** By command id: every message a person wrote, in order. */
  readonly #sent = new Map<string, Sent>();
  /** Acknowledged to the author: from then on it must never be lost. */
  readonly #acknowledged: Saved[] = [];
  /** Messages whose deletion was asked for: whether it was saved before a crash, only the logs know. */
  readonly #deletionAsked = new Set<Saved>();
  /** Per author and recipient: the messages in the order of acknowledgement. */
  readonly #order = new Map<string, Saved[]>();
  /** What each device was last told of its link to a person. */
  readonly #links = new Map<string, LinkState>();
  /** How much of each log was checked already, so that a check costs what is new. */
  readonly #checkedRows = new Map<string, number>();
  readonly clocks = new ClockChecker();
  /** Things from outside that a core refused. */
  refusedCount = 0;
  readonly #checkedWrites = new Map<PeerDevice, number>();
  #violation: string | undefined;
  /** By conversation, each log as a register that its author writes and the others read. */
  readonly #causal = new Map<string, CausalOperation[]>();
  /** What devices showed on the way, by conversation. */
  readonly #shown = new Map<string, ReplicaObservation[]>();

  add(device: PeerDevice): void {
    this.#devices.push(device);
  }

  sending(commandId: string, sent: Sent): void {
    this.#sent.set(commandId, sent);
  }

  /** A saved message of this author that may still be changed; undefined when there is none. */
  someSaved(author: PeerDevice, pick: (count: number) => number): Saved | undefined {
    const own = this.#acknowledged.filter(
      (saved) => saved.author === author && !this.#deletionAsked.has(saved),
    );
    return own[pick(Math.max(1, own.length))];
  }

  deleting(saved: Saved): void {
    this.#deletionAsked.add(saved);
  }

  linkState(from: PeerDevice, to: PeerDevice): LinkState | undefined {
    return this.#links.get(`${from.key} ${to.who.person}`);
  }

  get acknowledgedCount(): number {
    return this.#acknowledged.length;
  }

  /** An acknowledgement to the author: their own copy is durable at this moment. */
  reply(device: PeerDevice, id: string, result: CommandResult): void {
    const sent = this.#sent.get(id);
    if (sent === undefined || !result.ok) return;
    const conversation = directConversationId(sent.author.who.person, sent.to.who.person);
    const own = device.rows(conversation, device.key);
    if (!own.some((row) => row.record.body?.includes(`"${sent.messageId}"`))) {
      this.#fail(`${sent.messageId} was acknowledged before it was durable`);
    }
    const saved = { ...sent, n: result.n ?? 0 };
    this.#acknowledged.push(saved);
    const lane = `${sent.author.key} ${sent.to.key}`;
    const before = this.#order.get(lane) ?? [];
    this.#order.set(lane, before);
    before.push(saved);
  }

  /** A tick never lies: what is told as delivered is durable on the other side at this moment. */
  notice(device: PeerDevice, notice: PeerNotice): void {
    if (notice.kind === 'refused') this.refusedCount += 1;
    if (notice.kind === 'link') {
      this.#links.set(`${device.key} ${notice.person}`, notice.state);
      const other = this.#devices.find(({ key }) => key === `${notice.person}/${notice.device}`);
      this.clocks.notice(device, other, notice);
    }
    if (notice.kind === 'entries') {
      for (const row of notice.rows) {
        if (row.n <= device.store.held(row.conversation, row.log)) continue;
        this.#fail(`${device.who.name} was shown entry ${row.n} of ${row.log} before it was durable`);
      }
    }
    if (notice.kind !== 'progress') return;
    const held = this.#heldByOthers(device, notice.conversation);
    if (notice.delivered > held) {
      this.#fail(`${device.who.name} was told delivered ${notice.delivered}, the other side holds ${held}`);
    }
    if (notice.read > held) this.#fail(`${device.who.name} was told read ${notice.read}, they hold ${held}`);
  }

  /** An entry has become durable: at its author it was written, elsewhere it was read. */
  written(device: PeerDevice, write: PeerWrite): void {
    if (write.kind !== 'putEntry') return;
    const { conversation, log, n } = write.row;
    const history = this.#causal.get(conversation) ?? [];
    this.#causal.set(conversation, history);
    const [atMs, value] = [history.length, String(n)];
    const base = { client: device.key, calledMs: atMs, answeredMs: atMs };
    history.push(
      log === device.key
        ? { ...base, input: { kind: 'write', key: log, value }, output: 'done' }
        : { ...base, input: { kind: 'read', key: log }, output: value },
    );
  }

  /** Checked after every step. Returns the first violation. */
  safety(): string | undefined {
    for (const device of this.#devices) {
      if (this.#checkedWrites.get(device) === device.store.writes) continue;
      this.#checkedWrites.set(device, device.store.writes);
      const problem = this.#checkLogs(device) ?? this.#checkReceipts(device);
      if (problem !== undefined) return problem;
      this.#observe(device);
    }
    return this.#violation;
  }

  /** Checked once faults have ended and the world has had time: everyone holds the same, in order, once. */
  liveness(): string | undefined {
    for (const sent of this.#acknowledged) {
      const problem = this.#missing(sent, sent.author) ?? this.#missing(sent, sent.to);
      if (problem !== undefined) return problem;
    }
    for (const one of this.#devices) {
      const kept = keptText(one);
      if (kept !== undefined) return kept;
      for (const other of this.#devices) {
        if (one.key >= other.key) continue;
        const problem = this.#differs(one, other);
        if (problem !== undefined) return problem;
      }
    }
    const verdicts = [
      ...[...this.#causal.values()].map((history) => checkCausal(history)),
      ...[...this.#shown.values()].map((all) => checkStrongEventual(all)),
    ];
    const broken = verdicts.find(({ kind }) => kind === 'violated');
    return broken?.kind === 'violated' ? broken.sentence : this.clocks.liveness();
  }

  /** At random moments of the run: now and then is enough to catch two devices with the same entries in two orders. */
  #observe(device: PeerDevice): void {
    if (device.store.writes % observeEvery !== 0) return;
    for (const other of this.#devices) {
      if (other === device) continue;
      const conversation = directConversationId(device.who.person, other.who.person);
      const all = this.#shown.get(conversation) ?? [];
      this.#shown.set(conversation, all);
      if (all.length < maxObservations) all.push(observation(device, other));
    }
  }

  #fail(sentence: string): void {
    this.#violation ??= sentence;
  }

  /** Numbers without gaps or doubles, each header naming the hash before it, one content per number everywhere. */
  #checkLogs(device: PeerDevice): string | undefined {
    for (const [key, rows] of device.store.logs) {
      const progressKey = `${device.key} ${key}`;
      for (let index = this.#checkedRows.get(progressKey) ?? 0; index < rows.length; index++) {
        const row = rows[index];
        if (row === undefined) return 'unreachable: rows are dense';
        if (row.n !== index + 1)
          return `${device.who.name} holds entry ${row.n} of ${key} at place ${index + 1}`;
        const prev = index === 0 ? '' : rows[index - 1]?.hash;
        if (JSON.parse(row.record.header).prev !== prev)
          return `${device.who.name}: broken chain in ${key} at ${row.n}`;
        for (const other of this.#devices) {
          const theirs = other.store.logs.get(key)?.[index];
          if (theirs !== undefined && theirs.hash !== row.hash)
            return `two entries numbered ${row.n} in ${key}`;
        }
      }
      this.#checkedRows.set(progressKey, rows.length);
    }
    return undefined;
  }

  #checkReceipts(device: PeerDevice): string | undefined {
    for (const receipt of device.store.receipts.values()) {
      const other = this.#devices.find((candidate) => candidate.key === receipt.device);
      const held = other?.store.held(receipt.conversation, device.key) ?? 0;
      if (receipt.delivered > held) {
        return `${device.who.name} stored delivered ${receipt.delivered}, ${receipt.device} holds ${held}`;
      }
    }
    return undefined;
  }

  #heldByOthers(device: PeerDevice, conversation: string): number {
    const others = this.#devices.filter((other) => other !== device);
    return Math.max(0, ...others.map((other) => other.store.held(conversation, device.key)));
  }

  #missing(saved: Saved, holder: PeerDevice): string | undefined {
    const conversation = directConversationId(saved.author.who.person, saved.to.who.person);
    const rows = holder.rows(conversation, saved.author.key);
    const ids = rows.map(messageIdOf).filter((id) => id !== undefined);
    const times = ids.filter((id) => id === saved.messageId).length;
    const dropped = rows[saved.n - 1]?.record.body === null;
    if (this.#deletionAsked.has(saved) ? times + (dropped ? 1 : 0) !== 1 : times !== 1) {
      return `${holder.who.name} holds ${saved.messageId} ${times} times`;
    }
    const written = this.#order.get(`${saved.author.key} ${saved.to.key}`) ?? [];
    const expected = written.filter((each) => !this.#deletionAsked.has(each)).map((each) => each.messageId);
    const kept = new Set(expected);
    const seen = ids.filter((id) => kept.has(id));
    if (seen.join() === expected.join()) return undefined;
    return `${holder.who.name} holds ${seen.join()} where ${expected.join()} was written`;
  }

  #differs(one: PeerDevice, other: PeerDevice): string | undefined {
    const conversation = directConversationId(one.who.person, other.who.person);
    const verdict = checkEventual([observation(one, other), observation(other, one)]);
    if (verdict.kind === 'violated') return verdict.sentence;
    for (const [author, reader] of [
      [one, other],
      [other, one],
    ] as const) {
      const head = author.store.held(conversation, author.key);
      const receipt = author.store.receipts.get(`${conversation} ${reader.key}`)?.delivered ?? 0;
      if (receipt !== head)
        return `${author.who.name} knows ${receipt} of ${head} delivered to ${reader.who.name}`;
    }
    return undefined;
  }
}

/** What a device has of its conversation with another one, and in which order it shows that. */
function observation(device: PeerDevice, other: PeerDevice): ReplicaObservation {
  const conversation = directConversationId(device.who.person, other.who.person);
  const shown = [...device.rows(conversation, device.key), ...device.rows(conversation, other.key)]
    .sort(compareRows)
    .map((row) => `${row.hash}${row.record.body === null ? ' deleted' : ''}`);
  return { replica: device.who.name, atMs: device.store.writes, updates: shown, shown: shown.join() };
}

/** Nothing of a deleted message stays, the texts of its edits included. */
function keptText({ store, who }: PeerDevice): string | undefined {
  for (const row of [...store.logs.values()].flat()) {
    const [edited, deleted] = [targetOf(row, 'edit'), targetOf(row, 'delete')];
    if (deleted !== undefined && store.entryAt(row.conversation, deleted)?.record.body != null) {
      return `${who.name} still holds the deleted entry ${deleted.n} of ${deleted.log}`;
    }
    if (edited !== undefined && store.entryAt(row.conversation, edited)?.record.body === null) {
      return `${who.name} still holds an edit of the deleted entry ${edited.n} of ${edited.log}`;
    }
  }
  return undefined;
}

/** The id of a message; undefined for entries that are none. */
function messageIdOf({ record }: EntryRow): string | undefined {
  return record.body === null ? undefined : JSON.parse(record.body).id;
}
