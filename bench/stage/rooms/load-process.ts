/** The clients of a contest, in a process of their own: what they use does not count for the server. */
import { Audience } from './audience.ts';
import type { LoadJob, LoadResult } from './load.ts';
import { Pairs } from './pairs.ts';

let audience: Audience | undefined;
let pairs: Pairs | undefined;

async function run(job: LoadJob): Promise<LoadResult> {
  switch (job.kind) {
    case 'pair':
      pairs = await Pairs.connect(job);
      return nothing;
    case 'send':
      return (await pairs?.send(job)) ?? nothing;
    case 'gather':
      audience = await Audience.gather(job.rival, job.ports, job.clients);
      return nothing;
    case 'speak':
      return (await audience?.speak(job.bursts, job.perBurst)) ?? nothing;
    case 'storm':
      return (await audience?.storm()) ?? nothing;
    case 'leave':
      audience?.leave();
      audience = undefined;
      return nothing;
  }
}

const nothing: LoadResult = { times: [], seconds: 0, deliveries: 0, gaps: 0 };

process.on('message', async (job: LoadJob) => {
  try {
    process.send?.({ result: await run(job) });
  } catch (thrown) {
    process.send?.({ error: String(thrown) });
  }
});

// A bench that is killed takes its clients along.
process.once('disconnect', () => process.exit());
