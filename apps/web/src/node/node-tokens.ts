/** Tokens of the nodes that this tab talks with: one each, got by signing in there, and again before it ends. */
import type { NodeSession } from './node-client.ts';

interface Kept {
  readonly session: Promise<NodeSession>;
  readonly sinceMs: number;
}

/** A token is good for 15 minutes; one is not used to its last second. */
const goodForMs = 12 * 60_000;

export class NodeTokens {
  readonly #signIn: (base: string) => Promise<NodeSession>;
  readonly #monoMs: () => number;
  readonly #kept = new Map<string, Kept>();

  constructor(signIn: (base: string) => Promise<NodeSession>, monoMs: () => number) {
    this.#signIn = signIn;
    this.#monoMs = monoMs;
  }

  /** Rejects with why one cannot sign in. `again`: the token given last was refused. */
  async token(base: string, again = false): Promise<string> {
    return (await this.#session(base, again)).token;
  }

  async isOperator(base: string): Promise<boolean> {
    return (await this.#session(base, false)).role === 'operator';
  }

  #session(base: string, again: boolean): Promise<NodeSession> {
    const kept = this.#kept.get(base);
    if (!again && kept !== undefined && this.#monoMs() - kept.sinceMs < goodForMs) return kept.session;
    const session = this.#signIn(base);
    this.#kept.set(base, { session, sinceMs: this.#monoMs() });
    // What failed is tried again with the next question.
    session.catch(() => {
      if (this.#kept.get(base)?.session === session) this.#kept.delete(base);
    });
    return session;
  }
}
