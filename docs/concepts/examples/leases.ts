/** A writer pauses past the end of its lease. With and without a look at its token. */
import { Fence, LeaseRegistry } from '@bothy/protocols';

const leases = new LeaseRegistry<null>({ ttlMs: 10_000, maxEntries: 100 });

const first = leases.register('report', 'ann', null, 0);
console.log('ann at 0 s:', first.kind);
console.log('ben at 5 s:', leases.register('report', 'ben', null, 5_000).kind);

// Ann's machine stands still. Her lease runs out, and Ben gets the next one.
const second = leases.register('report', 'ben', null, 11_000);
if (first.kind !== 'granted' || second.kind !== 'granted') throw new Error('not granted');
console.log(`tokens: ann ${first.lease.token}, ben ${second.lease.token}`);

const writes = [
  { who: 'ben', token: second.lease.token },
  { who: 'ann', token: first.lease.token },
];
console.log('a file that looks at no token ends as the one of', writes.at(-1)?.who);

const fence = new Fence();
let file = '';
for (const { who, token } of writes) {
  if (fence.admits(token)) file = who;
  else console.log(`${who} is refused: ${token} comes after ${fence.highest}`);
}
console.log('a file with a fence ends as the one of', file);
