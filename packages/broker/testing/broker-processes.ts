/** Brokers in processes of their own, over one database file, to be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach } from 'vitest';

const program = fileURLToPath(new URL('./broker-process.ts', import.meta.url));

export interface BrokerProcess {
  readonly process: ChildProcess;
  readonly port: number;
  readonly url: string;
  /** Lines of its log so far. */
  readonly log: readonly string[];
}

export interface BrokerProcesses {
  /** The database of this test. */
  readonly file: string;
  /** `fileLimitBlocks`: no file of the process grows beyond so many blocks of 512 bytes, as on a disk that is full. */
  launch(fileLimitBlocks?: number): Promise<BrokerProcess>;
  kill(child: ChildProcess): Promise<void>;
}

/** A new folder for each test; what runs at its end is killed. */
export function brokerProcesses(): BrokerProcesses {
  const running: ChildProcess[] = [];
  let folder = '';
  const fixture: BrokerProcesses = {
    get file() {
      return join(folder, 'broker.sqlite');
    },
    async launch(fileLimitBlocks) {
      const command = [process.execPath, program, fixture.file];
      const limit = `ulimit -f ${fileLimitBlocks ?? 'unlimited'}; exec "$@"`;
      const child = spawn('sh', ['-c', limit, 'sh', ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
      running.push(child);
      const log: string[] = [];
      child.stderr.on('data', (text) => log.push(...String(text).trim().split('\n')));
      const [text] = await once(child.stdout, 'data');
      const port = Number(String(text).trim());
      return { process: child, port, url: `mqtt://127.0.0.1:${port}`, log };
    },
    async kill(child) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bothy-broker-'));
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map(fixture.kill));
    await rm(folder, { recursive: true });
  });
  return fixture;
}
