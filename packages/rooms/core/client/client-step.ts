/** One step of a client core: the time it happens at, and its outputs in order. */
import type { Now } from '@bothy/protocols';
import type { ErrorCode } from '@bothy/wire';
import type { ClientNotice, ClientOutput, ClientResult, OutboxWrite } from './outputs.ts';

export type Refusal = Extract<ClientResult, { readonly ok: false }>;

export class ClientStep {
  readonly now: Now;
  readonly outputs: ClientOutput[] = [];

  constructor(now: Now) {
    this.now = now;
  }

  emit(output: ClientOutput): void {
    this.outputs.push(output);
  }

  notify(notice: ClientNotice): void {
    this.outputs.push({ kind: 'notify', notice });
  }

  reply(id: string, result: ClientResult): void {
    this.outputs.push({ kind: 'reply', id, result });
  }

  persist(...writes: readonly OutboxWrite[]): void {
    this.outputs.push({ kind: 'persist', writes });
  }

  setTimer(key: string, afterMs: number): void {
    this.outputs.push({ kind: 'setTimer', key, afterMs });
  }

  clearTimer(key: string): void {
    this.outputs.push({ kind: 'clearTimer', key });
  }
}

export function refusal(code: ErrorCode, message: string): Refusal {
  return { ok: false, code, message };
}
