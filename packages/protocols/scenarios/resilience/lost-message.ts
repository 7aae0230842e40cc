/**
 * Outbox: a sender writes down what it wants to send and sends it; the network loses and doubles, the receiver is away,
 * the sender crashes. With the outbox everything arrives, once where the receiver keeps numbers. Without it, sent is
 * forgotten, and what was on its way at the crash, or lost, never arrives.
 */
import { Outbox } from '../../src/resilience/outbox.ts';
import type { KnownFailure } from '../known-failure.ts';
import { narrated, variantOf } from '../narrated.ts';

const name = 'protocols/lost-message';
const breaks = 'what was accepted arrives';
const items = 60;
const options = { mostItems: 1_000, mostBytes: 1e6, window: 8 };

export const lostMessage: KnownFailure = {
  name,
  title: 'What was sent is forgotten before anybody said that it arrived',
  source: 'Hohpe, Woolf: "Enterprise Integration Patterns", 2003, "Guaranteed Delivery"',
  breaks,
  seeds: 5,
  scenario: (isFixed) =>
    narrated(
      variantOf(name, isFixed),
      'Sixty readings cross a network that loses, and two crashes',
      (simulation) => {
        const random = simulation.random('network');
        const { network } = simulation;
        network.setFaults({ loss: 0.2, duplicate: 0.1, minDelayMs: 1, maxDelayMs: 40, reorder: true });
        const disk = new Set<number>();
        const arrived = new Set<number>();
        const counts = { sent: 0, doubles: 0, crashes: 0 };
        let outbox = new Outbox(options);
        const pump = (): void => {
          for (let number = outbox.next(); number !== undefined; number = outbox.next()) {
            counts.sent += 1;
            network.send('sender', 'receiver', { number });
            // The one switch: whether it is kept until the other side says that it has it.
            if (!isFixed) confirm(number);
          }
        };
        const confirm = (number: number): void => {
          if (outbox.confirm(number)) disk.delete(number);
        };
        network.on('receiver', (_, message) => {
          const { number } = message as { readonly number: number };
          if (arrived.has(number)) counts.doubles += 1;
          arrived.add(number);
          simulation.note(`${number} arrives`);
          network.send('receiver', 'sender', { number });
        });
        network.on('sender', (_, message) => {
          confirm((message as { readonly number: number }).number);
          pump();
        });
        const crash = (): void => {
          counts.crashes += 1;
          simulation.note(`the sender crashes, with ${disk.size} on its disk`);
          const kept = [...disk].map((number) => ({ number, bytes: 1 }));
          outbox = new Outbox(options, { items: kept, lastNumber: outbox.lastNumber });
          pump();
        };
        const write = (left: number): void => {
          disk.add(outbox.add(1).number);
          pump();
          if (left > 1) simulation.after(random.below(30), () => write(left - 1));
        };
        const again = (): void => {
          outbox.resend();
          pump();
          if (simulation.nowMs < 20_000) simulation.after(100, again);
        };
        write(items);
        simulation.after(200 + random.below(200), crash);
        simulation.after(600 + random.below(200), crash);
        again();
        simulation.runUntilIdle(60_000);
        if (arrived.size !== items)
          simulation.fail(breaks, `${items - arrived.size} of ${items} never arrived`);
        if (outbox.size > 0) simulation.fail('nothing is kept for ever', `${outbox.size} are`);
        return counts;
      },
    ),
};
