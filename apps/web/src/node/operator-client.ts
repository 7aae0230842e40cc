/** What an operator asks of the node. It signs in when the first thing is asked, and again when the token has ended. */
import { BothyError, type Name, type PersonId, personIdPattern } from '@bothy/wire';
import * as z from 'zod/mini';
import { ask, type NodeSession, parsed } from './node-client.ts';

const ownedName = z.object({
  name: z.string(),
  person: z.string().check(z.regex(personIdPattern)),
  claimedAt: z.number(),
  operator: z.boolean(),
});
const namesShape = z.object({ names: z.array(ownedName), complete: z.boolean() });
const invitationShape = z.object({
  link: z.string().check(z.url(), z.maxLength(512)),
  uses: z.int(),
  expiresAt: z.number(),
});

const removal = z.object({
  id: z.string(),
  name: z.string(),
  state: z.enum(['running', 'compensating', 'completed', 'compensated']),
  steps: z.array(z.object({ name: z.string(), state: z.enum(['done', 'underWay', 'waiting']) })),
  trouble: z.exactOptional(z.string()),
  reason: z.exactOptional(z.string()),
});
const keptOut = z.object({
  person: z.string().check(z.regex(personIdPattern)),
  name: z.string(),
  by: z.string(),
  at: z.number(),
});
const keptOutShape = z.object({ keptOut: z.array(keptOut), stale: z.exactOptional(z.literal(true)) });
const removalsShape = z.object({ removals: z.array(removal) });

/** A person who is being removed, or was. */
export type Removal = z.infer<typeof removal>;
/** A person whose key is kept out; `at` in Unix milliseconds. */
export type KeptOut = z.infer<typeof keptOut>;
/** A name at the node, and whose it is; `claimedAt` in Unix milliseconds. */
export type OwnedName = z.infer<typeof ownedName>;
export type Invitation = z.infer<typeof invitationShape>;

export class OperatorClient {
  readonly #signIn: () => Promise<NodeSession>;
  #session: Promise<NodeSession> | undefined;

  constructor(signIn: () => Promise<NodeSession>) {
    this.#signIn = signIn;
  }

  /** Whether this person operates the node. */
  async isOperator(): Promise<boolean> {
    return (await this.#open()).role === 'operator';
  }

  /** Names in their order, those behind `after`: a page of them, and whether it is the last. */
  async names(after?: Name): Promise<z.infer<typeof namesShape>> {
    const query = after === undefined ? '' : `?after=${encodeURIComponent(after)}`;
    return parsed(namesShape, await this.#ask(`names${query}`, 'GET'));
  }

  /** Rejects with `not_found` when somebody else released it meanwhile. */
  async release(name: Name): Promise<PersonId> {
    const answer = await this.#ask(`names/${encodeURIComponent(name)}`, 'DELETE');
    return parsed(z.pick(ownedName, { person: true }), answer).person;
  }

  /** Removes a person: it goes on by itself. Asked again it is the same. `mayReturn`: their key is not kept out. */
  async remove(name: Name, mayReturn: boolean): Promise<Removal> {
    const query = mayReturn ? '?mayReturn=true' : '';
    return parsed(removal, await this.#ask(`persons/${encodeURIComponent(name)}${query}`, 'DELETE'));
  }

  /** The last first. `stale`: most nodes cannot be reached, and this is as it was known last. */
  async keptOut(): Promise<z.infer<typeof keptOutShape>> {
    return parsed(keptOutShape, await this.#ask('kept-out', 'GET'));
  }

  /** Rejects with `not_found` when somebody else did it meanwhile. */
  async letIn(person: PersonId): Promise<KeptOut> {
    return parsed(keptOut, await this.#ask(`kept-out/${person}`, 'DELETE'));
  }

  /** The newest first. */
  async removals(): Promise<readonly Removal[]> {
    return parsed(removalsShape, await this.#ask('removals', 'GET')).removals;
  }

  /** Takes a removal back. Rejects with `bad_request` when it is too late. */
  async keep(id: string): Promise<Removal> {
    return parsed(removal, await this.#ask(`removals/${encodeURIComponent(id)}`, 'DELETE'));
  }

  /** A link for so many people and days. */
  async invite(uses: number, days: number): Promise<Invitation> {
    return parsed(invitationShape, await this.#ask('invitations', 'POST', { uses, days }));
  }

  async #ask(path: string, method: string, body?: unknown): Promise<unknown> {
    try {
      return await this.#askOnce(path, method, body);
    } catch (thrown) {
      if (BothyError.from(thrown).code !== 'unauthorized') throw thrown;
      this.#session = undefined;
      return await this.#askOnce(path, method, body);
    }
  }

  async #askOnce(path: string, method: string, body: unknown): Promise<unknown> {
    const { token } = await this.#open();
    const authorization = `Bearer ${token}`;
    if (body === undefined) return await ask(path, { method, headers: { authorization } });
    const headers = { authorization, 'content-type': 'application/json' };
    return await ask(path, { method, headers, body: JSON.stringify(body) });
  }

  #open(): Promise<NodeSession> {
    if (this.#session === undefined) {
      const opening = this.#signIn();
      this.#session = opening;
      // What failed is tried again with the next question.
      opening.catch(() => {
        if (this.#session === opening) this.#session = undefined;
      });
    }
    return this.#session;
  }
}
