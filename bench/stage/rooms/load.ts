/** What the load process is told to do, and what it measures; see `load-process.ts`. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type Rival = 'bothy' | 'socketIo' | 'bare';

export type LoadJob =
  /** Connects two people to each of so many rooms; they stay. */
  | {
      readonly kind: 'pair';
      readonly rival: Exclude<Rival, 'bare'>;
      readonly port: number;
      readonly rooms: number;
    }
  /** One of each pair sends; `perSecond` sends are begun each second, 0 for as many as get answered. */
  | { readonly kind: 'send'; readonly seconds: number; readonly perSecond: number }
  /** Connects an audience that stays; answered once all are in. Clients are spread over the ports. */
  | {
      readonly kind: 'gather';
      readonly rival: Rival;
      readonly ports: readonly number[];
      readonly clients: number;
    }
  /** Sends to the audience gathered last, each burst when the one before has reached everybody. */
  | { readonly kind: 'speak'; readonly bursts: number; readonly perBurst: number }
  /** Every connection is cut; answered when all have resumed. */
  | { readonly kind: 'storm' }
  | { readonly kind: 'leave' };

export interface LoadResult {
  /** Milliseconds, one for each send, in rising order. */
  readonly times: readonly number[];
  readonly seconds: number;
  readonly deliveries: number;
  /** Entries that somebody missed without being told. */
  readonly gaps: number;
}

export interface LoadProcess {
  run(job: LoadJob): Promise<LoadResult>;
  stop(): void;
}

/** What takes longer will not end: a delivery was lost, and that is to be seen. */
const jobLimitMs = 120_000;

export function startLoad(): LoadProcess {
  const child = fork(fileURLToPath(new URL('./load-process.ts', import.meta.url)));
  process.once('exit', () => child.kill('SIGKILL'));
  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        const end = (error: string | undefined, result?: LoadResult): void => {
          clearTimeout(limit);
          child.off('exit', ended);
          child.off('message', answered);
          if (result === undefined) reject(new Error(`${JSON.stringify(job)}: ${error}`));
          else resolve(result);
        };
        const limit = setTimeout(() => end(`not done after ${jobLimitMs / 1000} s`), jobLimitMs);
        const ended = (code: number | null): void => end(`the load ended with ${code}`);
        const answered = (message: unknown): void => {
          const { result, error } = message as { readonly result?: LoadResult; readonly error?: string };
          end(error, result);
        };
        child.once('exit', ended);
        child.once('message', answered);
        child.send(job);
      }),
    stop: () => void child.kill(),
  };
}
