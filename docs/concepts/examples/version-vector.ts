/** Two devices meet after days apart, and send each other what is missing. */
import { type VersionVector, vectorCompare, vectorMerge, vectorMissing } from '@bothy/protocols';

// Highest entry held of each device's log; logs have no gaps.
const laptop: VersionVector = { anaLaptop: 12, benPhone: 7 };
const phone: VersionVector = { anaLaptop: 9, benPhone: 8, cydTablet: 2 };

console.log(`They are ${vectorCompare(laptop, phone)}.`);
for (const { key, from, to } of vectorMissing(laptop, phone))
  console.log(`laptop sends ${key} ${from}…${to}`);
for (const { key, from, to } of vectorMissing(phone, laptop)) console.log(`phone sends ${key} ${from}…${to}`);

const both = vectorMerge(laptop, phone);
console.log(`Both then hold ${JSON.stringify(both)}.`);
console.log(`Met again: ${vectorMissing(both, both).length} ranges to send.`);
