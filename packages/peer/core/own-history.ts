/**
 * What others hold of our own logs. A device that finds itself in use elsewhere, for a copy of it was put back or runs
 * twice, goes on under a new id; it believes only what its own key has signed (PS9). What it wrote meanwhile under an id
 * that it had, and nobody has, is written again under the one that it has now (PS24).
 *
 *   the id it has:   a later entry, or another one for a number ─▶ renew, and no more is written
 *   an id it had:    another entry for a number ─▶ ours from there on are read ─▶ sealed ─▶ written, and theirs taken
 */
import { logKeyOf, type VerifiedEntry } from '@bothy/wire';
import { bounds, type PeerConfig } from './config.ts';
import type { Conversation } from './conversation.ts';
import type { OwnLog } from './own-log.ts';
import type { EntryRow } from './records.ts';
import type { Step } from './step.ts';
import { tailAgain } from './tail-again.ts';

/** One at a time per conversation: what is dropped meanwhile is shown again when a link opens. */
interface Looking {
  readonly conversation: Conversation;
  /** The device that showed it, by its key. */
  readonly device: string;
  readonly lookup: string;
  /** Theirs. */
  readonly entry: VerifiedEntry;
  /** Ours from its number on, once it is known that it is another one. */
  readonly tail: readonly EntryRow[] | undefined;
  /** Of our entry before it. */
  readonly prev: string;
}

export class OwnHistory {
  readonly #config: PeerConfig;
  readonly #log: OwnLog;
  /** What was kept back on the links of a conversation can be asked for now. */
  readonly #linksAnew: (step: Step, conversation: Conversation) => void;
  readonly #looking = new Map<string, Looking>();
  #lookups = 0;
  #isMet = false;
  #isRenewing = false;

  constructor(config: PeerConfig, log: OwnLog, linksAnew: (step: Step, conversation: Conversation) => void) {
    this.#config = config;
    this.#log = log;
    this.#linksAnew = linksAnew;
  }

  /** They say that they hold more than we wrote. It is believed once they show it; until then nothing may be written. */
  claimed(step: Step, conversation: Conversation): void {
    if (conversation.flagged.has(this.#log.key)) return;
    conversation.flagged.add(this.#log.key);
    const message = 'A contact says that it holds later entries of this device than it has itself.';
    step.refuse('device_rolled_back', message);
  }

  /** This device is in use elsewhere: it signed what is not here. */
  renew(step: Step): void {
    if (this.#isMet) return;
    this.#isMet = true;
    if (this.#config.canRenew === true && (this.#config.former?.length ?? 0) < bounds.formerDevices) {
      this.#isRenewing = true;
      return step.emit({ kind: 'renew' });
    }
    const message =
      'This device was put back to an older copy of itself, or runs twice, and cannot take a new id now.';
    step.refuse('device_rolled_back', message);
  }

  /** Whether nothing may be written under our id any more. */
  get isRenewing(): boolean {
    return this.#isRenewing;
  }

  /** Entries of our own logs came. Returns those that continue a log of an id that we had. */
  take(
    step: Step,
    { conversation, device }: Pick<Looking, 'conversation' | 'device'>,
    entries: readonly VerifiedEntry[],
  ): readonly VerifiedEntry[] {
    const taken: VerifiedEntry[] = [];
    for (const entry of entries) {
      const { header } = entry;
      const log = logKeyOf(header);
      const isFormer = log !== this.#log.key;
      const head = conversation.head(log);
      const last = taken.findLast((each) => logKeyOf(each.header) === log);
      const end = last === undefined ? head : { n: last.header.n, hash: last.hash };
      if (isFormer && header.n === end.n + 1 && header.prev === end.hash) taken.push(entry);
      else if (header.n > head.n) {
        if (isFormer) continue;
        conversation.flagged.add(log);
        this.renew(step);
      } else if (header.n < head.n || entry.hash !== head.hash)
        this.#look(step, { conversation, device, entry });
    }
    return taken;
  }

  /** The answer of the store; false when it was not asked here. */
  found(step: Step, id: string, rows: readonly EntryRow[]): boolean {
    const looking = [...this.#looking.values()].find(({ lookup }) => lookup === id);
    if (looking === undefined) return false;
    this.#looking.delete(looking.conversation.id);
    if (looking.tail === undefined) this.#compare(step, looking, rows);
    else this.#read(step, looking, [...looking.tail, ...rows], rows.length);
    return true;
  }

  /** Asks for our own entry of this number, and the one before. */
  #look(step: Step, shown: Pick<Looking, 'conversation' | 'device' | 'entry'>): void {
    if (this.#looking.has(shown.conversation.id)) return;
    const { n } = shown.entry.header;
    const from = Math.max(1, n - 1);
    this.#ask(step, { ...shown, tail: undefined, prev: '' }, from, n - from + 1);
  }

  #compare(step: Step, looking: Looking, rows: readonly EntryRow[]): void {
    const { conversation, device, entry } = looking;
    const { n, prev } = entry.header;
    const log = logKeyOf(entry.header);
    const ours = rows.find((row) => row.n === n);
    if (ours === undefined || ours.hash === entry.hash) return;
    if (log === this.#log.key) {
      conversation.flagged.add(log);
      return this.renew(step);
    }
    const before = rows.find((row) => row.n === n - 1);
    // Only where the two part: before that everything is the same on both sides.
    if (prev !== (before?.hash ?? '') || conversation.flagged.has(log)) return;
    conversation.receipts.setDiffers(device, log, n);
    // Where somebody has ours, it stays: two of their devices hold two histories, and neither is taken back.
    if (conversation.receipts.furthest(log).delivered >= n) return;
    if (conversation.head(log).n - n >= bounds.writtenAgain) {
      const message = `More than ${bounds.writtenAgain} messages of this device's earlier id are not held by a contact. They are left as they are.`;
      return step.refuse('device_rolled_back', message);
    }
    // Theirs would take the place of what is not written again yet.
    conversation.flagged.add(log);
    this.#read(step, { ...looking, prev }, [], 1);
  }

  /** Reads ours to the end, page by page. */
  #read(step: Step, looking: Looking, tail: readonly EntryRow[], arrived: number): void {
    const { conversation, entry } = looking;
    const { n: from } = entry.header;
    const log = logKeyOf(entry.header);
    const next = from + tail.length;
    if (next > conversation.head(log).n) return this.#writeAgain(step, looking, tail);
    if (arrived === 0) {
      return step.refuse('storage_failed', 'The store does not hold entries that its index names.');
    }
    this.#ask(step, { ...looking, tail }, next, bounds.syncPage);
  }

  #writeAgain(step: Step, { conversation, entry, prev }: Looking, tail: readonly EntryRow[]): void {
    const { n: from, device } = entry.header;
    const log = logKeyOf(entry.header);
    const entries = tailAgain(tail, device, from);
    const messages = entries.filter(({ body }) => body.kind === 'message').length;
    this.#log.writeAgain(step, conversation, {
      entries,
      also: () => {
        const head = conversation.cut(
          log,
          from,
          prev,
          Math.max(0, conversation.head(log).messages - messages),
        );
        conversation.flagged.delete(log);
        return [
          { kind: 'cutLog', conversation: conversation.id, log, from },
          ...(head === undefined ? [] : [{ kind: 'putHead', head } as const]),
          ...conversation.receipts
            .cut(log, from)
            .map((receipt) => ({ kind: 'putReceipt', receipt }) as const),
        ];
      },
      done: (later) => {
        later.notify({ kind: 'writtenAgain', conversation: conversation.id, messages });
        this.#linksAnew(later, conversation);
      },
    });
  }

  #ask(step: Step, looking: Omit<Looking, 'lookup'>, from: number, limit: number): void {
    const { conversation, entry } = looking;
    this.#lookups += 1;
    const lookup = `own ${this.#lookups}`;
    this.#looking.set(conversation.id, { ...looking, lookup });
    const log = logKeyOf(entry.header);
    step.emit({
      kind: 'lookup',
      id: lookup,
      query: { kind: 'entries', conversation: conversation.id, log, from, limit },
    });
  }
}
