/**
 * How far each device of the other person holds, and has read, our own logs: that of the id this device has now, and
 * those of the ids that it had before (PS23). What is another history there does not count.
 */
import type { LogKey } from '@bothy/wire';
import type { Receipt, Ticks } from './records.ts';

const none: Ticks = { delivered: 0, read: 0 };

export class Receipts {
  readonly #conversation: string;
  /** The oldest first, the one that is written to last. */
  readonly #ownLogs: readonly LogKey[];
  /** By device of the other person, then by log of ours. */
  readonly #ticks = new Map<string, Map<LogKey, Ticks>>();
  /** By device and log: from which number on its copy of that log is another one. */
  readonly #differs = new Map<string, number>();

  constructor(conversation: string, ownLogs: readonly LogKey[]) {
    this.#conversation = conversation;
    this.#ownLogs = ownLogs;
  }

  restore({ device, log, delivered, read, former }: Receipt): void {
    const [first = ''] = this.#ownLogs;
    const ticks = new Map(Object.entries(former ?? {}));
    this.#ticks.set(device, ticks.set(log ?? first, { delivered, read }));
  }

  /** Raises what a device holds or has read of a log; undefined when nothing rose. */
  raise(device: string, log: LogKey, raise: Partial<Ticks>): Receipt | undefined {
    const ticks = this.#ticks.get(device) ?? new Map<LogKey, Ticks>();
    const before = ticks.get(log) ?? none;
    const delivered = Math.max(before.delivered, raise.delivered ?? 0);
    const read = Math.max(before.read, raise.read ?? 0);
    if (delivered === before.delivered && read === before.read) return undefined;
    this.#ticks.set(device, ticks.set(log, { delivered, read }));
    return this.#record(device, ticks);
  }

  /** A device says that its copy of a log is another one from this number on. True when that is new. */
  setDiffers(device: string, log: LogKey, from: number | undefined): boolean {
    const key = `${device} ${log}`;
    if (this.#differs.get(key) === from) return false;
    if (from === undefined) this.#differs.delete(key);
    else this.#differs.set(key, from);
    return true;
  }

  /** Our log ends before this number now: nothing behind it is known of anybody. Returns what changed. */
  cut(log: LogKey, from: number): readonly Receipt[] {
    const changed: Receipt[] = [];
    for (const [device, ticks] of this.#ticks) {
      this.#differs.delete(`${device} ${log}`);
      const { delivered, read } = ticks.get(log) ?? none;
      if (delivered < from && read < from) continue;
      ticks.set(log, { delivered: Math.min(delivered, from - 1), read: Math.min(read, from - 1) });
      changed.push(this.#record(device, ticks));
    }
    return changed;
  }

  /** The furthest that any device of the other person holds, and has read. */
  furthest(log: LogKey): Ticks {
    let { delivered, read } = none;
    for (const [device, ticks] of this.#ticks) {
      const same = (this.#differs.get(`${device} ${log}`) ?? Number.POSITIVE_INFINITY) - 1;
      const told = ticks.get(log) ?? none;
      delivered = Math.max(delivered, Math.min(same, told.delivered));
      read = Math.max(read, Math.min(same, told.read));
    }
    return { delivered, read };
  }

  #record(device: string, ticks: ReadonlyMap<LogKey, Ticks>): Receipt {
    const own = this.#ownLogs.at(-1) ?? '';
    const base = { conversation: this.#conversation, device, ...(ticks.get(own) ?? none) };
    if (this.#ownLogs.length === 1) return base;
    const former = Object.fromEntries([...ticks].filter(([log]) => log !== own));
    return { ...base, log: own, former };
  }
}
