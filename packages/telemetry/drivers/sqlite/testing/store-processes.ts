/** Stores in processes of their own, over files of this test. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach } from 'vitest';

const program = fileURLToPath(new URL('./store-process.ts', import.meta.url));

export interface StoreProcess {
  /** Lines that it has printed. */
  readonly lines: readonly string[];
  /** It has ended, and everything that it printed is read. */
  readonly ended: Promise<unknown>;
  kill(): Promise<void>;
}

export interface StoreProcessOptions {
  readonly file: string;
  readonly readingsPerCommit: number;
  /** No file of the process grows beyond so many blocks of 512 bytes, as on a disk that is full. */
  readonly fileLimitBlocks?: number;
}

/** What runs at the end of a test is killed. */
export function storeProcesses(): (options: StoreProcessOptions) => StoreProcess {
  const running: ChildProcess[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map(kill));
  });
  return ({ file, readingsPerCommit, fileLimitBlocks }) => {
    const command = [process.execPath, program, file, String(readingsPerCommit)];
    const limit = `ulimit -f ${fileLimitBlocks ?? 'unlimited'}; exec "$@"`;
    const child = spawn('sh', ['-c', limit, 'sh', ...command], { stdio: ['ignore', 'pipe', 'inherit'] });
    running.push(child);
    const lines: string[] = [];
    const reader = createInterface(child.stdout);
    reader.on('line', (line) => lines.push(line));
    return { lines, ended: once(reader, 'close'), kill: () => kill(child) };
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
