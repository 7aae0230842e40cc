/** All conversations, their entries, receipts and read marks, and the links they are synced over. */
import { HybridLogicalClock, type Sealed } from '@bothy/protocols';
import {
  type EntryBody,
  type LogKey,
  type LogVector,
  logKeyOf,
  type PersonId,
  type VerifiedEntry,
  type VerifiedFrame,
} from '@bothy/wire';
import { ownLogsOf, type PeerConfig, timing } from './config.ts';
import { Conversation } from './conversation.ts';
import { takeEntries } from './entry-intake.ts';
import type { EntrySeal, PeerCommand } from './inputs.ts';
import { LinkSync } from './link-sync.ts';
import { OwnHistory } from './own-history.ts';
import { OwnLog } from './own-log.ts';
import type { EntryRow, PeerSnapshot, PeerWrite, Receipt, Ticks } from './records.ts';
import type { Step } from './step.ts';

type SyncFrame = Extract<VerifiedFrame, { readonly conversation: string }>;

export class Conversations {
  readonly #config: PeerConfig;
  readonly #snapshot: PeerSnapshot;
  readonly #clock: HybridLogicalClock;
  readonly #ownLog: OwnLog;
  /** The oldest first, the one that is written to last. */
  readonly #ownLogs: readonly LogKey[];
  readonly #history: OwnHistory;
  readonly #byPerson = new Map<PersonId, Conversation>();
  /** Who is writing to us just now. */
  readonly #typing = new Set<PersonId>();
  /** By link id: one per open link. */
  readonly #syncs = new Map<string, LinkSync>();

  constructor(config: PeerConfig, snapshot: PeerSnapshot, linkAnew: (step: Step, link: string) => void) {
    this.#config = config;
    this.#snapshot = snapshot;
    this.#clock = new HybridLogicalClock({ maxAheadMs: timing.maxAheadMs, last: snapshot.clock });
    this.#ownLog = new OwnLog(config, this.#clock, (step, conversation, rows) => {
      this.#handOn(step, conversation, rows);
    });
    this.#ownLogs = ownLogsOf(config);
    this.#history = new OwnHistory(config, this.#ownLog, (step, conversation) => {
      for (const { link } of this.#syncsOf(conversation)) linkAnew(step, link);
    });
  }

  send(step: Step, commandId: string, command: Extract<PeerCommand, { kind: 'send' }>): void {
    const body = { kind: 'message', id: command.messageId, text: command.text } as const;
    this.#append(step, commandId, this.#with(command.person), body);
  }

  /** Changes or deletes an own message. */
  amend(
    step: Step,
    commandId: string,
    command: Extract<PeerCommand, { kind: 'editMessage' | 'deleteMessage' }>,
  ): void {
    const conversation = this.#with(command.person);
    const { person, device: own } = this.#config;
    const of = { device: command.device ?? own, n: command.n };
    if (command.kind === 'editMessage') {
      return this.#append(step, commandId, conversation, { kind: 'edit', of, text: command.text });
    }
    const { delivered } = conversation.receipts.furthest(logKeyOf({ person, device: of.device }));
    const cancelled = command.n > delivered ? { cancelled: true as const } : {};
    this.#append(step, commandId, conversation, { kind: 'delete', of, ...cancelled });
  }

  /** Another copy of this device was seen. */
  metCopy(step: Step): void {
    this.#history.renew(step);
  }

  /** Tells the other side that our person is writing, or has stopped. */
  typing(step: Step, person: PersonId, active: boolean): void {
    const conversation = this.#with(person);
    const frame = { kind: 'typing', conversation: conversation.id, active } as const;
    for (const { link } of this.#syncsOf(conversation))
      step.emit({ kind: 'frame', link, frame, early: true });
  }

  typingTimerFired(step: Step, person: PersonId): void {
    this.#theyType(step, person, false);
  }

  sealed(step: Step, input: Sealed<EntrySeal>): void {
    this.#ownLog.sealed(step, input);
  }

  markRead(step: Step, commandId: string, person: PersonId): void {
    const conversation = this.#with(person);
    const marks = conversation.markAllRead();
    if (marks.length > 0) {
      step.persist(...marks.map((mark) => ({ kind: 'putReadMark', mark }) as const));
      step.notify({ kind: 'unread', conversation: conversation.id, count: 0 });
      const vector: LogVector = Object.fromEntries(marks.map((mark) => [mark.log, mark.n]));
      for (const sync of this.#syncsOf(conversation)) {
        step.frame(sync.link, { kind: 'read', conversation: conversation.id, vector });
      }
    }
    step.reply(commandId, { ok: true });
  }

  linkOpened(step: Step, link: string, person: PersonId, device: string): void {
    const sync = new LinkSync(link, device, this.#with(person));
    this.#syncs.set(link, sync);
    sync.opened(step);
  }

  /** With every device of theirs that is linked now. */
  compareCopies(step: Step, commandId: string, person: PersonId): void {
    const syncs = this.#syncsOf(this.#with(person));
    if (syncs.length === 0) {
      const message = 'No device of theirs is connected now. Copies are compared over the link.';
      return step.fail(commandId, 'peer_unreachable', message);
    }
    for (const sync of syncs) {
      sync.copies.again(step, (log) => sync.heldUpTo(log));
      this.#noteCopy(step, sync);
    }
    step.reply(commandId, { ok: true });
  }

  linkClosed(step: Step, link: string): void {
    const sync = this.#syncs.get(link);
    if (sync === undefined) return;
    this.#syncs.delete(link);
    sync.copies.closed(step);
    this.#theyType(step, sync.conversation.person, false);
    // What was only on its way is pending again: a tick never lies.
    if (sync.sentUpTo(this.#ownLog.key) > 0) this.#notifyProgress(step, sync.conversation);
  }

  found(step: Step, id: string, rows: readonly EntryRow[]): void {
    if (this.#history.found(step, id, rows)) return;
    for (const sync of this.#syncs.values()) {
      if (sync.copies.found(step, id, rows)) return this.#noteCopy(step, sync);
      if (!sync.found(step, id, rows)) continue;
      this.#notifyProgress(step, sync.conversation);
      return;
    }
    // The link that asked is gone; its successor asks anew.
  }

  frame(step: Step, link: string, frame: SyncFrame): void {
    const sync = this.#syncs.get(link);
    if (sync === undefined) return;
    if (frame.conversation !== sync.conversation.id) {
      return step.refuse('forbidden', 'A contact spoke of a conversation that this link does not carry.');
    }
    if (frame.kind === 'have') {
      // First: what they hold of our own log counts as delivered where it is the same.
      sync.copies.told(step, frame.vector, frame.ends);
      this.#noteCopy(step, sync);
      this.#theyHave(step, sync, frame.vector);
    } else if (frame.kind === 'compare') sync.copies.question(step, frame);
    else if (frame.kind === 'hash') {
      sync.copies.answer(step, frame);
      this.#noteCopy(step, sync);
    } else if (frame.kind === 'read') this.#theyRead(step, sync, frame.vector);
    else if (frame.kind === 'typing') this.#theyType(step, sync.conversation.person, frame.active);
    else this.#entriesArrived(step, sync, frame);
  }

  #theyHave(step: Step, sync: LinkSync, vector: LogVector): void {
    const { conversation } = sync;
    const claimed = vector[this.#ownLog.key] ?? 0;
    if (claimed > conversation.ownHead.n) this.#history.claimed(step, conversation);
    sync.theyHave(step, vector);
    this.#noteReceipt(step, conversation, this.#raiseReceipt(sync));
  }

  /** What is known of their copy has changed, or may have. */
  #noteCopy(step: Step, sync: LinkSync): void {
    const { copies, conversation, device } = sync;
    let isNew = false;
    for (const log of this.#ownLogs) {
      if (conversation.receipts.setDiffers(device, log, copies.differsFrom(log))) isNew = true;
    }
    const writes = this.#raiseReceipt(sync);
    if (isNew || writes.length > 0) this.#noteReceipt(step, conversation, writes);
  }

  /**
   * A tick never lies: what they say of our own logs counts once it is known how far theirs is the same, and up to there.
   * Nothing when nothing rose.
   */
  #raiseReceipt(sync: LinkSync): readonly PeerWrite[] {
    const { copies, conversation, device } = sync;
    let risen: Receipt | undefined;
    for (const log of this.#ownLogs) {
      if (copies.isComparing(log)) continue;
      const same = (copies.differsFrom(log) ?? Infinity) - 1;
      const end = Math.min(same, conversation.head(log).n);
      const [delivered, read] = [Math.min(end, sync.heldUpTo(log)), Math.min(end, sync.readUpTo(log))];
      risen = conversation.receipts.raise(device, log, { delivered, read }) ?? risen;
    }
    return risen === undefined ? [] : [{ kind: 'putReceipt', receipt: risen }];
  }

  #theyRead(step: Step, sync: LinkSync, vector: LogVector): void {
    const { conversation } = sync;
    for (const log of this.#ownLogs) {
      const read = vector[log] ?? 0;
      // Of an earlier id they may have read what we have yet to get from them.
      sync.theyRead(log, log === this.#ownLog.key ? Math.min(read, conversation.ownHead.n) : read);
    }
    const writes = this.#raiseReceipt(sync);
    if (writes.length > 0) this.#noteReceipt(step, conversation, writes);
  }

  /** Told before it is stored: it is true by their disk, not by ours, and lost with ours they say it again. */
  #noteReceipt(step: Step, conversation: Conversation, writes: readonly PeerWrite[]): void {
    this.#notifyProgress(step, conversation);
    if (writes.length > 0) step.persist(...writes);
  }

  #theyType(step: Step, person: PersonId, active: boolean): void {
    if (active) step.setTimer(`typing ${person}`, timing.typingFadesMs);
    else step.clearTimer(`typing ${person}`);
    if (this.#typing.has(person) === active) return;
    if (active) this.#typing.add(person);
    else this.#typing.delete(person);
    step.notifyEarly({ kind: 'typing', person, active });
  }

  #entriesArrived(step: Step, sync: LinkSync, frame: Extract<SyncFrame, { kind: 'entries' }>): void {
    const { conversation } = sync;
    const { person: me } = this.#config;
    const members = frame.entries.filter(({ header }) => {
      const member = header.person === me || header.person === conversation.person;
      if (member && header.conversation === conversation.id) return true;
      step.refuse('forbidden', 'An entry does not belong to the conversation it was sent in.');
      return false;
    });
    const isOwn = ({ header }: VerifiedEntry): boolean => this.#ownLogs.includes(logKeyOf(header));
    const own = this.#history.take(step, sync, members.filter(isOwn));
    const entries = [...own, ...members.filter((entry) => !isOwn(entry))];
    this.#theyType(step, conversation.person, false);
    const forked = (log: LogKey): void => sync.copies.forked(step, log);
    const rows = takeEntries(step, conversation, entries, this.#clock, forked);
    for (const { header } of entries) sync.theySent(logKeyOf(header), header.n);
    const logs = new Set(entries.map(({ header }) => logKeyOf(header)));
    if (logs.size > 0) {
      // Held back by the loop until the rows are durable: this is what makes `delivered` true.
      const vector = Object.fromEntries([...logs].sort().map((log) => [log, conversation.head(log).n]));
      step.frame(sync.link, { kind: 'have', conversation: conversation.id, vector });
    }
    if (own.length > 0) this.#noteReceipt(step, conversation, this.#raiseReceipt(sync));
    if (rows.length === 0) return;
    // Behind the confirmation: what is shown here may take the page a while.
    step.notify({ kind: 'entries', rows });
    step.notify({ kind: 'unread', conversation: conversation.id, count: conversation.unreadCount() });
    this.#handOn(step, conversation, rows);
  }

  /** Gives new rows to every link of the conversation whose other side lacks them. */
  #handOn(step: Step, conversation: Conversation, rows: readonly EntryRow[]): void {
    const byLog = Map.groupBy(rows, (row) => row.log);
    for (const sync of this.#syncsOf(conversation)) {
      for (const [log, logRows] of byLog) {
        const fresh = logRows.filter((row) => row.n > sync.sentUpTo(log));
        if (fresh.length > 0) sync.written(step, log, fresh);
      }
    }
    this.#notifyProgress(step, conversation);
  }

  #append(step: Step, commandId: string, conversation: Conversation, body: EntryBody): void {
    if (!this.#history.isRenewing) return this.#ownLog.append(step, commandId, conversation, body);
    step.fail(commandId, 'device_rolled_back', 'This device takes a new id just now. Try again in a moment.');
  }

  #notifyProgress(step: Step, conversation: Conversation): void {
    const syncs = this.#syncsOf(conversation);
    const ticks = (log: LogKey): { readonly sent: number } & Ticks => {
      const sent = Math.max(0, ...syncs.map((sync) => sync.sentUpTo(log)));
      return { sent, ...conversation.receipts.furthest(log) };
    };
    const log = this.#ownLog.key;
    const former = Object.fromEntries(this.#ownLogs.slice(0, -1).map((each) => [each, ticks(each)]));
    step.notify({
      kind: 'progress',
      conversation: conversation.id,
      log,
      ...ticks(log),
      ...(this.#ownLogs.length > 1 ? { former } : {}),
    });
  }

  #syncsOf(conversation: Conversation): LinkSync[] {
    return [...this.#syncs.values()].filter((sync) => sync.conversation === conversation);
  }

  #with(person: PersonId): Conversation {
    const known = this.#byPerson.get(person);
    if (known !== undefined) return known;
    const conversation = new Conversation(this.#config.person, person, this.#ownLogs);
    conversation.restore(this.#snapshot);
    this.#byPerson.set(person, conversation);
    return conversation;
  }
}
