/** One contestant's server in a process of its own, with what the system says it has used. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';

export interface ServerProcess {
  readonly port: number;
  /** Processor time since its start, user and system, all threads. */
  cpuSeconds(): number;
  /** Resident bytes. */
  memoryBytes(): number;
  /** It stands still, and its connections stay open; until it is resumed. */
  pause(): void;
  resume(): void;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** @default this Node */
  readonly program?: string;
  readonly nodeFlags?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  /** Part of what it prints once it serves. @default anything */
  readonly readyText?: string;
  /** Where it prints that. A program in C keeps back what goes to a pipe, except what goes to stderr. @default stdout */
  readonly readyOn?: 'stdout' | 'stderr';
}

/** Starts a program that prints something once it serves `port`. Throws when it ends before. */
export async function startServer(
  port: number,
  args: readonly string[],
  options: ServerOptions = {},
): Promise<ServerProcess> {
  const { program = process.execPath, nodeFlags = [], variables = {} } = options;
  const { readyText = '', readyOn = 'stdout' } = options;
  const child = spawn(program, [...nodeFlags, ...args], {
    stdio: ['ignore', 'pipe', readyOn === 'stderr' ? 'pipe' : 'inherit'],
    env: { ...process.env, ...variables, NODE_COMPILE_CACHE: '' },
  });
  // A bench that fails leaves no server behind.
  process.once('exit', () => child.kill('SIGKILL'));
  const ended = new Promise<void>((resolve, reject) => {
    child.once('exit', () => resolve());
    child.once('error', reject);
  });
  // What nobody reads would stop it once the pipe is full.
  child.stdout?.resume();
  await Promise.race([
    new Promise<void>((resolve) => {
      child[readyOn]?.on('data', (data) => {
        if (String(data).includes(readyText)) resolve();
      });
    }),
    ended.then(() => {
      throw new Error(`${args[0]} ended before it served`);
    }),
  ]);
  const used = new ThreadTimes(child.pid ?? 0);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    await ended;
  };
  return {
    port,
    cpuSeconds: () => used.seconds(),
    memoryBytes: () => memoryOf(child),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  };
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/**
 * Processor time by the scheduler's count, in nanoseconds: that of the process as a whole comes in hundredths of a
 * second, which is too coarse for a burst. Of a thread that ends, what it did since it was looked at last is missed.
 */
class ThreadTimes {
  readonly #folder: string;
  readonly #threads = new Map<string, number>();
  #nanoseconds = 0;

  constructor(pid: number) {
    this.#folder = `/proc/${pid}/task`;
  }

  seconds(): number {
    for (const thread of readdirSync(this.#folder)) {
      const ran = ranNanoseconds(`${this.#folder}/${thread}/schedstat`);
      this.#nanoseconds += Math.max(0, ran - (this.#threads.get(thread) ?? 0));
      this.#threads.set(thread, ran);
    }
    return this.#nanoseconds / 1e9;
  }
}

/** The first of three numbers; 0 of a thread that has just ended. */
function ranNanoseconds(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8').split(' ')[0]);
  } catch {
    return 0;
  }
}

function memoryOf({ pid }: ChildProcess): number {
  const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
  return Number(pages) * 4096;
}
