/**
 * Primary-backup replication of a log (Alsberg, Day: "A Principle for Resilient Sharing of Distributed Resources", ICSE
 * 1976), with an epoch for each primary as a view has in Viewstamped Replication (Oki, Liskov, PODC 1988), granted by an
 * arbiter outside that also keeps who is in sync (Lin et al.: "PacificA", 2008). Rules PB1… in SPEC.md.
 *
 *   backup ──the arbiter grants epoch + 1──▶ primary ──a higher epoch is heard──▶ backup
 *
 * The primary numbers writes, writes them down, and sends them to the backups in sync; it answers once all of those have
 * them on disk. One that is slow is dropped only after the arbiter has written that down, for from then on it must never
 * be made primary.
 */
import type { SetTimer } from '../core.ts';

export interface ReplicatedEntry {
  /** Of the primary that numbered it. */
  readonly epoch: number;
  /** From 1, without gaps. */
  readonly seq: number;
  /** The writer's own name for the write: done again, it is done once. */
  readonly id: string;
  readonly value: string;
}

/** What is durable of one replica. */
export interface ReplicaStored {
  /** The highest that was heard. */
  readonly epoch: number;
  readonly entries: readonly ReplicatedEntry[];
}

export type PrimaryBackupMessage =
  /** Entries after `previous`, which the backup must have for them to follow. */
  | {
      readonly kind: 'append';
      readonly epoch: number;
      readonly previous: { readonly seq: number; readonly epoch: number };
      readonly entries: readonly ReplicatedEntry[];
      /** All in sync have what is up to here. */
      readonly committedSeq: number;
    }
  /** On disk up to here, and the same as at the primary. */
  | { readonly kind: 'appended'; readonly epoch: number; readonly lastSeq: number }
  /** It does not follow: send from further back. */
  | { readonly kind: 'behind'; readonly epoch: number; readonly lastSeq: number }
  /** There is a later primary. */
  | { readonly kind: 'fenced'; readonly epoch: number };

export type PrimaryBackupOutput =
  /** Durable before what follows it leaves: entries from the first of them on replace what was there, and `epoch` is kept. */
  | {
      readonly kind: 'persist';
      readonly epoch: number;
      readonly from: number;
      readonly entries: readonly ReplicatedEntry[];
    }
  | { readonly kind: 'send'; readonly to: string; readonly message: PrimaryBackupMessage }
  /** It will never be lost: at the primary, answer the writer. In order, each once for each start. */
  | { readonly kind: 'committed'; readonly entry: ReplicatedEntry }
  /** It holds all and is waited for from now on: the arbiter may count it as in sync. */
  | { readonly kind: 'caughtUp'; readonly node: string }
  /** Another one has been made primary: whoever waits is told that the outcome is not known. */
  | { readonly kind: 'deposed' }
  | SetTimer;

export interface PrimaryBackupOptions {
  readonly node: string;
  /** What was not acknowledged is sent again after so long. */
  readonly resendMs: number;
  /** Entries of one message. */
  readonly maxEntries: number;
  /** Writes that no backup has yet: more are refused. */
  readonly maxUncommitted: number;
}

export class PrimaryBackup {
  readonly #options: PrimaryBackupOptions;
  readonly #log: ReplicatedEntry[];
  readonly #ids = new Map<string, number>();
  #epoch: number;
  #role: 'primary' | 'backup' = 'backup';
  /** Backups in sync, and up to where each is known to hold the same. */
  #backups = new Map<string, number>();
  /** Nodes that are not in sync and are sent what they lack. */
  readonly #learners = new Map<string, number>();
  #committedSeq = 0;

  /** Throws a RangeError when a time or bound is not above 0. */
  constructor(options: PrimaryBackupOptions, stored: ReplicaStored) {
    for (const each of [options.resendMs, options.maxEntries, options.maxUncommitted]) {
      if (!(each > 0 && each < Infinity)) throw new RangeError(`not a time or bound: ${each}`);
    }
    this.#options = options;
    this.#log = [...stored.entries];
    for (const { id, seq } of this.#log) this.#ids.set(id, seq);
    this.#epoch = stored.epoch;
  }

  get epoch(): number {
    return this.#epoch;
  }

  get role(): 'primary' | 'backup' {
    return this.#role;
  }

  get lastSeq(): number {
    return this.#log.length;
  }

  get committedSeq(): number {
    return this.#committedSeq;
  }

  /** Nodes that are waited for. */
  get backups(): readonly string[] {
    return [...this.#backups.keys()];
  }

  /** Backups that have not acknowledged all: the arbiter may be asked to drop one. */
  get lagging(): readonly string[] {
    return [...this.#backups].filter(([, seq]) => seq < this.lastSeq).map(([node]) => node);
  }

  /** The arbiter has granted this epoch to this node, with these in sync beside it. Nothing unless it is a higher one. */
  promote(epoch: number, backups: readonly string[]): readonly PrimaryBackupOutput[] {
    const outputs: PrimaryBackupOutput[] = [];
    if (!(epoch > this.#epoch)) return outputs;
    this.#epoch = epoch;
    this.#role = 'primary';
    this.#backups = new Map(backups.filter((each) => each !== this.#options.node).map((each) => [each, 0]));
    this.#learners.clear();
    outputs.push({ kind: 'persist', epoch, from: this.lastSeq + 1, entries: [] });
    // What is here may have been answered to somebody: it counts, once all in sync have it.
    for (const backup of this.#backups.keys()) this.#send(outputs, backup, this.lastSeq);
    this.#commit(outputs);
    outputs.push({ kind: 'setTimer', key: 'resend', afterMs: this.#options.resendMs });
    return outputs;
  }

  /**
   * The arbiter counts this node as in sync no more, and no request that is still on its way can make it: it is not
   * waited for any longer, and must never be made primary. Nothing at a backup, and under another epoch.
   */
  dropped(epoch: number, node: string): readonly PrimaryBackupOutput[] {
    const outputs: PrimaryBackupOutput[] = [];
    if (this.#role !== 'primary' || epoch !== this.#epoch || !this.#backups.delete(node)) return outputs;
    this.#commit(outputs);
    return outputs;
  }

  /** A node that is not in sync is to be: it is sent what it lacks, and waited for once it holds all. */
  catchUp(node: string): readonly PrimaryBackupOutput[] {
    const outputs: PrimaryBackupOutput[] = [];
    const isOther = node !== this.#options.node && !this.#backups.has(node);
    if (this.#role !== 'primary' || !isOther || this.#learners.has(node)) return outputs;
    this.#learners.set(node, 0);
    this.#send(outputs, node, this.lastSeq);
    return outputs;
  }

  /** `notPrimary`: ask another. `known`: it was taken before; wait for it to be committed. */
  write(
    outputs: PrimaryBackupOutput[],
    id: string,
    value: string,
  ): { readonly kind: 'taken' | 'known'; readonly seq: number } | { readonly kind: 'notPrimary' | 'full' } {
    if (this.#role !== 'primary') return { kind: 'notPrimary' };
    const known = this.#ids.get(id);
    if (known !== undefined) return { kind: 'known', seq: known };
    if (this.lastSeq - this.#committedSeq >= this.#options.maxUncommitted) return { kind: 'full' };
    const before = this.lastSeq;
    const entry = { epoch: this.#epoch, seq: before + 1, id, value };
    this.#log.push(entry);
    this.#ids.set(id, entry.seq);
    outputs.push({ kind: 'persist', epoch: this.#epoch, from: entry.seq, entries: [entry] });
    for (const backup of this.#backups.keys()) this.#send(outputs, backup, before);
    this.#commit(outputs);
    return { kind: 'taken', seq: entry.seq };
  }

  timerFired(key: string): readonly PrimaryBackupOutput[] {
    const outputs: PrimaryBackupOutput[] = [];
    if (key !== 'resend' || this.#role !== 'primary') return outputs;
    // To all of them: who holds everything hears how far it is committed, and that there is a primary.
    for (const [other, seq] of [...this.#backups, ...this.#learners]) this.#send(outputs, other, seq);
    outputs.push({ kind: 'setTimer', key, afterMs: this.#options.resendMs });
    return outputs;
  }

  received(from: string, message: PrimaryBackupMessage): readonly PrimaryBackupOutput[] {
    const outputs: PrimaryBackupOutput[] = [];
    if (message.epoch < this.#epoch) {
      // Whoever speaks under an old epoch is told; an old answer means nothing.
      const fenced = { kind: 'fenced', epoch: this.#epoch } as const;
      if (message.kind === 'append') outputs.push({ kind: 'send', to: from, message: fenced });
      return outputs;
    }
    if (message.epoch > this.#epoch) this.#follow(outputs, message.epoch);
    if (message.kind === 'append') this.#append(outputs, from, message);
    else if (this.#backups.has(from)) this.#answered(outputs, from, message, this.#backups);
    else if (this.#learners.has(from)) this.#answered(outputs, from, message, this.#learners);
    return outputs;
  }

  #follow(outputs: PrimaryBackupOutput[], epoch: number): void {
    if (this.#role === 'primary') outputs.push({ kind: 'deposed' });
    this.#epoch = epoch;
    this.#role = 'backup';
    this.#backups.clear();
    this.#learners.clear();
    outputs.push({ kind: 'persist', epoch, from: this.lastSeq + 1, entries: [] });
  }

  #append(
    outputs: PrimaryBackupOutput[],
    from: string,
    { epoch, previous, entries, committedSeq }: Extract<PrimaryBackupMessage, { kind: 'append' }>,
  ): void {
    // Two primaries of one epoch: the arbiter never grants that, so it is no primary of ours.
    if (this.#role === 'primary') return;
    const isFollowing = previous.seq === 0 || this.#log[previous.seq - 1]?.epoch === previous.epoch;
    if (!isFollowing) {
      // What is at that place is of an epoch that was replaced, or nothing is: from further back, then.
      const lastSeq = Math.min(this.lastSeq, previous.seq - 1);
      outputs.push({ kind: 'send', to: from, message: { kind: 'behind', epoch, lastSeq } });
      return;
    }
    const fresh = entries.filter(({ seq, epoch: of }) => this.#log[seq - 1]?.epoch !== of);
    const [first] = fresh;
    if (first !== undefined) {
      for (const { id } of this.#log.splice(first.seq - 1)) this.#ids.delete(id);
      for (const entry of entries.slice(first.seq - previous.seq - 1)) {
        this.#log.push(entry);
        this.#ids.set(entry.id, entry.seq);
      }
      const taken = this.#log.slice(first.seq - 1);
      outputs.push({ kind: 'persist', epoch, from: first.seq, entries: taken });
    }
    const lastSeq = previous.seq + entries.length;
    outputs.push({ kind: 'send', to: from, message: { kind: 'appended', epoch, lastSeq } });
    this.#committed(outputs, Math.min(committedSeq, lastSeq));
  }

  #answered(
    outputs: PrimaryBackupOutput[],
    from: string,
    message: PrimaryBackupMessage,
    among: Map<string, number>,
  ): void {
    if (message.kind === 'appended') {
      const seq = Math.min(Math.max(among.get(from) ?? 0, message.lastSeq), this.lastSeq);
      among.set(from, seq);
      if (seq < this.lastSeq) this.#send(outputs, from, seq);
      else if (this.#learners.delete(from)) {
        this.#backups.set(from, seq);
        outputs.push({ kind: 'caughtUp', node: from });
      }
      this.#commit(outputs);
    } else if (message.kind === 'behind') {
      this.#send(outputs, from, Math.max(0, Math.min(message.lastSeq, this.lastSeq)));
    }
  }

  #send(outputs: PrimaryBackupOutput[], to: string, after: number): void {
    const previous = { seq: after, epoch: this.#log[after - 1]?.epoch ?? 0 };
    const entries = this.#log.slice(after, after + this.#options.maxEntries);
    const { epoch, committedSeq } = this;
    outputs.push({ kind: 'send', to, message: { kind: 'append', epoch, previous, entries, committedSeq } });
  }

  #commit(outputs: PrimaryBackupOutput[]): void {
    this.#committed(outputs, Math.min(this.lastSeq, ...this.#backups.values()));
  }

  #committed(outputs: PrimaryBackupOutput[], seq: number): void {
    for (const entry of this.#log.slice(this.#committedSeq, seq)) outputs.push({ kind: 'committed', entry });
    this.#committedSeq = Math.max(this.#committedSeq, seq);
  }
}
