/** Two services share ten connections; one of them hangs. What becomes of calls to the other? */
import { Bulkhead } from '@bothy/protocols';

interface Call {
  readonly service: 'files' | 'names';
  endsAtSecond: number;
}

/** Every second a call to each; `names` answers in a second, `files` hangs for a minute. */
function play(compartmentOf: (service: Call['service']) => Bulkhead<Call>): void {
  const refused = { files: 0, names: 0 };
  const under: Call[] = [];
  for (let second = 0; second < 60; second++) {
    for (const call of under.filter(({ endsAtSecond }) => endsAtSecond === second)) {
      const next = compartmentOf(call.service).end(call);
      if (next !== undefined) begin(next, second);
    }
    for (const service of ['files', 'names'] as const) {
      const call = { service, endsAtSecond: Infinity };
      const entered = compartmentOf(service).enter(call);
      if (entered === 'run') begin(call, second);
      if (entered === 'refused') refused[service] += 1;
    }
  }
  console.log(`  of 60 calls each refused: files ${refused.files}, names ${refused.names}`);

  function begin(call: Call, second: number): void {
    call.endsAtSecond = second + (call.service === 'names' ? 1 : 60);
    under.push(call);
  }
}

console.log('one pool of ten for both:');
const shared = new Bulkhead<Call>({ maxRunning: 10, maxWaiting: 2 });
play(() => shared);

console.log('a compartment of five for each:');
const own = {
  files: new Bulkhead<Call>({ maxRunning: 5, maxWaiting: 2 }),
  names: new Bulkhead<Call>({ maxRunning: 5, maxWaiting: 2 }),
};
play((service) => own[service]);
