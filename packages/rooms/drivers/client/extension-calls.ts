/**
 * Methods of other products over the session of rooms (`telemetry.subscribe`), and their notifications. The core knows
 * nothing of them: what they mean is parsed by whoever asks. A call belongs to one connection; it is not made again.
 */
import { BothyError, type ServerFrame } from '@bothy/wire';
import { extensionIdPrefix } from '@bothy/wire/schemas';

interface OpenCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: BothyError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

export type ExtensionListener = (params: Readonly<Record<string, unknown>>) => void;

/** Longer than any healthy node needs. */
const timeoutMs = 15_000;
const mostCalls = 64;

export class ExtensionCalls {
  readonly #send: (request: Readonly<Record<string, unknown>>) => boolean;
  readonly #open = new Map<string, OpenCall>();
  readonly #listeners = new Map<string, Set<ExtensionListener>>();
  #count = 0;

  /** `send` gives back whether there is a connection to send on. */
  constructor(send: (request: Readonly<Record<string, unknown>>) => boolean) {
    this.#send = send;
  }

  /** Resolves to the raw result. Rejects with the node's refusal, or `node_unreachable`. */
  ask(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#open.size >= mostCalls) {
        return reject(new BothyError('limit_reached', `${mostCalls} calls wait for their answers.`));
      }
      this.#count += 1;
      const id = `${extensionIdPrefix}${method}#${this.#count}`;
      if (!this.#send({ jsonrpc: '2.0', id, method, params })) return reject(unreachable());
      const timer = setTimeout(() => this.#settle(id)?.reject(unreachable()), timeoutMs);
      this.#open.set(id, { resolve, reject, timer });
    });
  }

  /** Returns what ends it. */
  on(method: string, listener: ExtensionListener): () => void {
    const listeners = this.#listeners.get(method) ?? new Set();
    this.#listeners.set(method, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Whether the frame was for one of these; all others are the core's. */
  took(frame: ServerFrame): boolean {
    switch (frame.kind) {
      case 'extension':
        this.#settle(frame.id)?.resolve(frame.result);
        return true;
      case 'refusal': {
        if (frame.id?.startsWith(extensionIdPrefix) !== true) return false;
        this.#settle(frame.id)?.reject(new BothyError(frame.code, frame.message));
        return true;
      }
      case 'unknown': {
        const listeners = this.#listeners.get(frame.method);
        for (const listener of listeners ?? []) listener(frame.params);
        return listeners !== undefined;
      }
      default:
        return false;
    }
  }

  /** The connection is gone: whoever waits is told. */
  lost(): void {
    for (const id of [...this.#open.keys()]) this.#settle(id)?.reject(unreachable());
  }

  #settle(id: string): OpenCall | undefined {
    const call = this.#open.get(id);
    this.#open.delete(id);
    clearTimeout(call?.timer);
    return call;
  }
}

function unreachable(): BothyError {
  return new BothyError('node_unreachable', 'No node has answered in time. Try again.');
}
