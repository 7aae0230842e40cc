/** What the load process is told to do, and what it measures; see `load-process.ts`. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export type Rival = 'bothy' | 'socketIo' | 'bare';

export type LoadJob =
  /** Rooms of two; `perSecond` sends are begun each second, 0 for as many as get answered. */
  | {
      readonly kind: 'pairs';
      readonly rival: Exclude<Rival, 'bare'>;
      readonly port: number;
      readonly rooms: number;
      readonly seconds: number;
      readonly perSecond: number;
    }
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

export function startLoad(): LoadProcess {
  const child = fork(fileURLToPath(new URL('./load-process.ts', import.meta.url)));
  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        const ended = (code: number | null): void => reject(new Error(`the load ended with ${code}`));
        child.once('exit', ended);
        child.once('message', (message) => {
          child.off('exit', ended);
          const { result, error } = message as { readonly result?: LoadResult; readonly error?: string };
          if (result === undefined) reject(new Error(error));
          else resolve(result);
        });
        child.send(job);
      }),
    stop: () => void child.kill(),
  };
}
