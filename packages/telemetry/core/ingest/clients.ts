/** What clients may bring that is new, and what of theirs was refused. Bounded, whoever comes. */
import { TokenBuckets } from '@bothy/protocols';
import type { RefusalCount } from './messages.ts';

const hourSeconds = 3_600;
const exampleChars = 300;

export class Clients {
  readonly #mostClients: number;
  readonly #allowances: TokenBuckets;
  /** The one that was quiet longest comes first. */
  readonly #refusals = new Map<string, RefusalCount>();

  constructor(mostClients: number, mostSensors: number) {
    this.#mostClients = mostClients;
    this.#allowances = new TokenBuckets({
      burst: mostSensors,
      perSecond: mostSensors / hourSeconds,
      maxKeys: mostClients,
    });
  }

  /** Whether this client may bring one more sensor that was not there. */
  mayBringSensor(client: string, monoMs: number): boolean {
    return this.#allowances.take(client, 1, monoMs);
  }

  /** How often that was, with this time. */
  refused(client: string, reason: string, example: string, atMs: number): number {
    const count = (this.#refusals.get(client)?.count ?? 0) + 1;
    const last = { atMs, reason, example: example.slice(0, exampleChars) };
    this.#refusals.delete(client);
    this.#refusals.set(client, { client, count, last });
    const [quietest] = this.#refusals.keys();
    if (this.#refusals.size > this.#mostClients && quietest !== undefined) this.#refusals.delete(quietest);
    return count;
  }

  refusals(): readonly RefusalCount[] {
    return [...this.#refusals.values()];
  }
}
