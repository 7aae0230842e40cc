/** A sender repeats what was not acknowledged, over a network that loses and delays; three logs keep what arrives. */
import { type Random, seededRandom } from '@bothy/protocols';

interface Message {
  readonly id: string;
  readonly body: string;
}

/** Appends each message once per id, as long as it remembers the id: for ever, or the last `remembers` of them. */
class Log {
  readonly bodies: string[] = [];
  readonly #remembers: number;
  readonly #places = new Map<string, number>();

  constructor(remembers: number) {
    this.#remembers = remembers;
  }

  /** The answer is the same however often it is asked for: the place of the message. */
  append({ id, body }: Message): number {
    const known = this.#places.get(id);
    if (known !== undefined && this.bodies[known - 1] !== body) throw new Error('message_id_reused');
    if (known !== undefined) return known;
    this.bodies.push(body);
    this.#places.set(id, this.bodies.length);
    const [oldest] = this.#places.keys();
    if (this.#places.size > this.#remembers && oldest !== undefined) this.#places.delete(oldest);
    return this.bodies.length;
  }
}

/** A hundred messages, each sent until its answer arrives. What the network delays comes up to 40 messages later. */
function play(log: Log, random: Random): number {
  const late: { readonly at: number; readonly message: Message }[] = [];
  let sent = 0;
  for (let n = 1; n <= 100; n++) {
    const message = { id: `m${n}`, body: `message ${n}` };
    for (let isAnswered = false; !isAnswered; sent++) {
      const fate = random.below(10);
      if (fate < 2) continue; // lost on the way
      if (fate < 4) {
        late.push({ at: n + random.below(40), message });
        continue; // taken for lost, and still on its way
      }
      log.append(message);
      isAnswered = fate >= 6; // or the answer is lost
    }
    for (const { message } of late.filter(({ at }) => at === n)) log.append(message);
  }
  return sent;
}

for (const [name, remembers] of [
  ['nothing', 0],
  ['ten ids', 10],
  ['every id', Infinity],
] as const) {
  const log = new Log(remembers);
  const sent = play(log, seededRandom('unreliable'));
  const doubles = log.bodies.length - new Set(log.bodies).size;
  console.log(`remembers ${name}: ${sent} sent, ${log.bodies.length} in the log, ${doubles} of them double`);
}

const log = new Log(Infinity);
console.log(
  `m1 is at ${log.append({ id: 'm1', body: 'Tea?' })}, and at ${log.append({ id: 'm1', body: 'Tea?' })}`,
);
try {
  log.append({ id: 'm1', body: 'Coffee?' });
} catch (error) {
  console.log(String(error));
}
