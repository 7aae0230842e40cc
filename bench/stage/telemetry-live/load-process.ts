/** Devices, or a subscriber, in a process of their own: what they use does not slow the one that measures. */
import type { LoadJob } from './load.ts';
import { Publishers } from './publishers.ts';
import { Subscriber } from './subscriber.ts';

const publishers = new Map<number, Publishers>();
let subscriber: Subscriber | undefined;

async function run(job: LoadJob): Promise<number> {
  switch (job.kind) {
    case 'connect':
      publishers.set(job.port, await Publishers.open(job.port));
      return 0;
    case 'send':
      return (await publishers.get(job.port)?.send(job.seconds)) ?? 0;
    case 'subscribe':
      subscriber = await Subscriber.open(job.port, job.qos);
      return 0;
    case 'hear':
      await subscriber?.heard(job.count);
      return job.count;
    case 'unsubscribe':
      subscriber?.close();
      return 0;
  }
}

process.on('message', async (job: LoadJob) => {
  try {
    process.send?.({ count: await run(job) });
  } catch (thrown) {
    process.send?.({ error: String(thrown) });
  }
});

// A bench that is killed takes its clients along.
process.once('disconnect', () => process.exit());
