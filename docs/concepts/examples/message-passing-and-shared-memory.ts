/** Two workers add to one number: in shared memory without and with care, and by messages to who owns it. */

const times = 1_000;

/** One step of each in turn, as two processors may do it at worst. */
function inTurns(one: Generator<void>, other: Generator<void>): void {
  const waiting = [one, other];
  for (let worker = waiting.shift(); worker !== undefined; worker = waiting.shift()) {
    if (worker.next().done !== true) waiting.push(worker);
  }
}

/** Reads, adds, writes: three steps, and the other one's may lie between. */
function* careless(memory: Int32Array): Generator<void> {
  for (let i = 0; i < times; i++) {
    const read = memory[0] ?? 0;
    yield;
    memory[0] = read + 1;
    yield;
  }
}

/** Adds in one step, as the processor can if it is asked to; otherwise a lock does it. */
function* careful(memory: Int32Array): Generator<void> {
  for (let i = 0; i < times; i++) {
    Atomics.add(memory, 0, 1);
    yield;
  }
}

const torn = new Int32Array(new SharedArrayBuffer(4));
inTurns(careless(torn), careless(torn));
console.log(`shared memory, careless: ${torn[0]} of ${2 * times}`);

const whole = new Int32Array(new SharedArrayBuffer(4));
inTurns(careful(whole), careful(whole));
console.log(`shared memory, atomic: ${whole[0]} of ${2 * times}`);

/** Owns the number. Others know its queue only, and it takes one message after the other. */
class Counter {
  #count = 0;
  readonly #queue: { readonly add: number }[] = [];
  longest = 0;

  send(message: { readonly add: number }): void {
    this.#queue.push(message);
    this.longest = Math.max(this.longest, this.#queue.length);
  }

  takeOne(): void {
    this.#count += this.#queue.shift()?.add ?? 0;
  }

  get state(): string {
    return `${this.#count} counted, ${this.#queue.length} wait`;
  }
}

function* sender(counter: Counter): Generator<void> {
  for (let i = 0; i < times; i++) {
    counter.send({ add: 1 });
    yield;
  }
}

const counter = new Counter();
const [one, other] = [sender(counter), sender(counter)];
while (one.next().done !== true && other.next().done !== true) counter.takeOne();
console.log(`messages, the owner takes one of two: ${counter.state}`);
while (!counter.state.endsWith(' 0 wait')) counter.takeOne();
console.log(`messages, once it has caught up: ${counter.state}; the queue was ${counter.longest} long`);
