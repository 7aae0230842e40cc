/** A hundred messages over a link that loses one packet in five, in three qualities, and one that both ends make. */
import { type Random, seededRandom } from '@bothy/protocols';

interface Outcome {
  packets: number;
  readonly arrived: number[];
}

const count = 100;
const isLost = (random: Random): boolean => random.below(5) === 0;

/** QoS 0: sent, and forgotten. */
function atMostOnce(random: Random): Outcome {
  const outcome: Outcome = { packets: 0, arrived: [] };
  for (let message = 1; message <= count; message++) {
    outcome.packets += 1;
    if (!isLost(random)) outcome.arrived.push(message);
  }
  return outcome;
}

/** QoS 1: sent until it is acknowledged; a lost acknowledgement makes a double. */
function atLeastOnce(random: Random): Outcome {
  const outcome: Outcome = { packets: 0, arrived: [] };
  for (let message = 1; message <= count; message++) {
    for (let isAcknowledged = false; !isAcknowledged; ) {
      outcome.packets += 1;
      if (isLost(random)) continue;
      outcome.arrived.push(message);
      outcome.packets += 1;
      isAcknowledged = !isLost(random);
    }
  }
  return outcome;
}

/** QoS 2: the receiver keeps the id until the sender releases it: four packets, and a state at both ends. */
function exactlyOnce(random: Random): Outcome {
  const outcome: Outcome = { packets: 0, arrived: [] };
  const exchange = (effect: () => void): void => {
    for (let isAnswered = false; !isAnswered; ) {
      outcome.packets += 1;
      if (isLost(random)) continue;
      effect();
      outcome.packets += 1;
      isAnswered = !isLost(random);
    }
  };
  for (let message = 1; message <= count; message++) {
    let isKnown = false;
    exchange(() => {
      if (!isKnown) outcome.arrived.push(message);
      isKnown = true;
    });
    exchange(() => {
      isKnown = false;
    });
  }
  return outcome;
}

/** QoS 1, and a receiver that keeps the numbers it has: what an outbox and its home do, over any number of brokers. */
function endToEnd(random: Random): Outcome {
  const { packets, arrived } = atLeastOnce(random);
  return { packets, arrived: [...new Set(arrived)] };
}

for (const [name, play] of Object.entries({
  'QoS 0': atMostOnce,
  'QoS 1': atLeastOnce,
  'QoS 2': exactlyOnce,
})) {
  const { packets, arrived } = play(seededRandom(`link of ${name}`));
  const distinct = new Set(arrived).size;
  console.log(`${name}: ${packets} packets, ${count - distinct} lost, ${arrived.length - distinct} double`);
}
const { packets, arrived } = endToEnd(seededRandom('link of QoS 1'));
console.log(`QoS 1 and numbers: ${packets} packets, ${count - arrived.length} lost, 0 double`);
