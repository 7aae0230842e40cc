/** One step of the core: the time it happens at, and its outputs in order. */
import type { Now } from '@bothy/protocols';
import type { ErrorCode, RoomEntry, RoomId, RoomNotice, RoomResult } from '@bothy/wire';
import type { RoomClusterMessage } from './inputs.ts';
import type { RoomsOutput } from './outputs.ts';
import type { RoomQuery, RoomWrite } from './records.ts';

export class Step {
  readonly now: Now;
  readonly outputs: RoomsOutput[] = [];

  constructor(now: Now) {
    this.now = now;
  }

  emit(output: RoomsOutput): void {
    this.outputs.push(output);
  }

  persist(...writes: readonly RoomWrite[]): void {
    if (writes.length > 0) this.outputs.push({ kind: 'persist', writes });
  }

  lookup(id: string, query: RoomQuery): void {
    this.outputs.push({ kind: 'lookup', id, query });
  }

  reply(id: string, session: string | null, result: RoomResult): void {
    this.outputs.push({ kind: 'reply', id, session, result });
  }

  /** To another node, once every write so far is durable. */
  send(to: string, message: RoomClusterMessage): void {
    this.outputs.push({ kind: 'send', to, message });
  }

  /** What rests on nothing that is stored. */
  sendEarly(to: string, message: RoomClusterMessage): void {
    this.outputs.push({ kind: 'send', to, message, early: true });
  }

  deliver(room: RoomId, entries: readonly RoomEntry[], trace: string | undefined): void {
    this.outputs.push(
      trace === undefined ? { kind: 'deliver', room, entries } : { kind: 'deliver', room, entries, trace },
    );
  }

  notice(to: Extract<RoomsOutput, { kind: 'notice' }>['to'], notice: RoomNotice): void {
    this.outputs.push({ kind: 'notice', to, notice });
  }

  refuse(code: ErrorCode, message: string): void {
    this.outputs.push({ kind: 'refused', code, message, early: true });
  }

  setTimer(key: string, afterMs: number): void {
    this.outputs.push({ kind: 'setTimer', key, afterMs });
  }

  clearTimer(key: string): void {
    this.outputs.push({ kind: 'clearTimer', key });
  }
}

export function refusal(code: ErrorCode, message: string): Extract<RoomResult, { ok: false }> {
  return { ok: false, code, message };
}
