/**
 * The acknowledgements of QoS 1 that are owed to publishers. What they publish is forwarded at once; its
 * acknowledgement waits until nobody depends on the publisher any more: everybody it was for has it, or it is on
 * the disk. Aedes would acknowledge before it forwards, and read nothing further meanwhile.
 */
import { BothyError } from '@bothy/wire';
import type { Client } from 'aedes';

/** Beyond so many the publisher is read no further. Clients keep to far fewer by themselves. */
const maxOwed = 1_000;

interface Debt {
  count: number;
  /** Resolves when the last one is paid, for they leave in the order of the messages [MQTT-4.6.0-2]. */
  last: Promise<void>;
}

export class OwedAcknowledgements {
  readonly #debts = new WeakMap<Client, Debt>();
  readonly #failed: (client: Client, error: BothyError) => void;

  /** `failed` is told, once for each message, that it could not be kept: it is never acknowledged. */
  constructor(failed: (client: Client, error: BothyError) => void) {
    this.#failed = failed;
  }

  /** Acknowledges once `settled` resolves. Resolves when the client may be read further. */
  async owe(client: Client, messageId: number, settled: Promise<void>): Promise<void> {
    const debt = this.#debts.get(client) ?? { count: 0, last: Promise.resolve() };
    this.#debts.set(client, debt);
    const before = debt.last;
    debt.count += 1;
    debt.last = Promise.all([before, settled]).then(
      () => acknowledge(client, messageId),
      (thrown: unknown) => this.#failed(client, BothyError.from(thrown, 'storage_failed')),
    );
    const paid = debt.last.then(() => {
      debt.count -= 1;
    });
    if (debt.count >= maxOwed) await paid;
  }
}

/** PUBACK, section 3.4 of MQTT 3.1.1. Resolves when there is room for the next one. */
async function acknowledge({ conn }: Client, messageId: number): Promise<void> {
  if (conn.destroyed || !conn.writable) return;
  // What is acknowledged in one turn leaves in one write: a device that sends much costs a system call for each else.
  conn.cork();
  setImmediate(() => conn.uncork());
  if (conn.write(Uint8Array.of(0x40, 2, messageId >> 8, messageId & 0xff))) return;
  await new Promise<void>((resolve) => {
    const go = (): void => {
      conn.off('drain', go);
      conn.off('close', go);
      resolve();
    };
    conn.on('drain', go);
    conn.on('close', go);
  });
}
