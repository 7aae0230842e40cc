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

/** What runs at the end of a test is killed. `fileLimitBlocks`: no file grows beyond so many blocks of 512 bytes. */
export function storeProcesses(): (file: string, fileLimitBlocks?: number) => StoreProcess {
  const running: ChildProcess[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map(kill));
  });
  return (file, fileLimitBlocks) => {
    const command = [process.execPath, program, file];
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
