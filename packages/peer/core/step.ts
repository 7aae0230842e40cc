/** One step of the core: the time it happens at, and its outputs in order. */
import type { Now } from '@bothy/protocols';
import type { ErrorCode, Frame } from '@bothy/wire';
import type { CommandResult, PeerNotice, PeerOutput, RtcOperation } from './outputs.ts';
import type { PeerWrite } from './records.ts';

export class Step {
  readonly now: Now;
  readonly outputs: PeerOutput[] = [];

  constructor(now: Now) {
    this.now = now;
  }

  emit(output: PeerOutput): void {
    this.outputs.push(output);
  }

  persist(...writes: readonly PeerWrite[]): void {
    this.outputs.push({ kind: 'persist', writes });
  }

  /** Tells what is durable once every write so far is. */
  notify(notice: PeerNotice): void {
    this.outputs.push({ kind: 'notify', notice });
  }

  /** Tells what does not rest on the store: links, presence. */
  notifyEarly(notice: PeerNotice): void {
    this.outputs.push({ kind: 'notify', notice, early: true });
  }

  reply(id: string, result: CommandResult): void {
    this.outputs.push({ kind: 'reply', id, result });
  }

  fail(id: string, code: ErrorCode, message: string): void {
    this.outputs.push({ kind: 'reply', id, result: { ok: false, code, message } });
  }

  /** Refuses something from outside: nothing changes, it is counted. */
  refuse(code: ErrorCode, message: string): void {
    this.notifyEarly({ kind: 'refused', code, message });
  }

  setTimer(key: string, afterMs: number): void {
    this.outputs.push({ kind: 'setTimer', key, afterMs });
  }

  clearTimer(key: string): void {
    this.outputs.push({ kind: 'clearTimer', key });
  }

  /** Descriptions and candidates rest on nothing that is stored, so they need not wait for a commit. */
  rtc(link: string, operation: RtcOperation): void {
    this.outputs.push({ kind: 'rtc', link, operation, early: true });
  }

  frame(link: string, frame: Frame): void {
    this.outputs.push({ kind: 'frame', link, frame });
  }
}
