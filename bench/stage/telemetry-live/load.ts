/** What a load process is told to do; see `load-process.ts`. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { SubscriberQos } from './subscriber.ts';

export type LoadJob =
  /** Devices connect to a broker, and stay. */
  | { readonly kind: 'connect'; readonly port: number }
  /** They send for so long; answered with how many were acknowledged, when all are. */
  | { readonly kind: 'send'; readonly port: number; readonly seconds: number }
  | { readonly kind: 'subscribe'; readonly port: number; readonly qos: SubscriberQos }
  /** Answered once the subscriber has heard so many. */
  | { readonly kind: 'hear'; readonly count: number }
  | { readonly kind: 'unsubscribe' };

export interface LoadProcess {
  /** Resolves with the count that the job is about, 0 when there is none. Rejects when it is not done in a minute. */
  run(job: LoadJob): Promise<number>;
  stop(): void;
}

/** What takes longer will not end: a message was lost, and that is to be seen. */
const jobLimitMs = 60_000;

export function startLoad(): LoadProcess {
  const child = fork(fileURLToPath(new URL('./load-process.ts', import.meta.url)));
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const run = (job: LoadJob): Promise<number> =>
    new Promise((resolve, reject) => {
      const end = (error: string | undefined, count = 0): void => {
        clearTimeout(limit);
        child.off('exit', ended);
        child.off('message', answered);
        if (error === undefined) resolve(count);
        else reject(new Error(`${JSON.stringify(job)}: ${error}`));
      };
      const limit = setTimeout(() => end(`not done after ${jobLimitMs / 1_000} s`), jobLimitMs);
      const ended = (code: number | null): void => end(`the load ended with ${code}`);
      const answered = (message: unknown): void => {
        const { count, error } = message as { readonly count?: number; readonly error?: string };
        end(error, count);
      };
      child.once('exit', ended);
      child.once('message', answered);
      child.send(job);
    });
  return {
    run,
    stop: () => {
      process.off('exit', kill);
      kill();
    },
  };
}
