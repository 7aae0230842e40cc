/** InfluxDB 1.x of Debian on this machine, in a folder and with ports of its own: what people store readings in instead. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, temporaryFolder } from '@bothy/testkit';

export interface InfluxServer {
  /** Line protocol, stamps in milliseconds. Resolves when it is on the disk. */
  write(lines: string): Promise<void>;
  /** The JSON of its answer, parsed. */
  query(text: string): Promise<unknown>;
  /** Processor time of its process so far. */
  cpuSeconds(): number;
  /** What its readings take on the disk, log included. */
  diskBytes(): number;
  /** Until all is compacted: it does so on its own after a second without writes, in the bench's configuration. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

/** Linux counts processor time in these. */
const ticksPerSecond = 100;
const startPatienceMs = 20_000;

export async function startInflux(): Promise<InfluxServer> {
  const folder = temporaryFolder();
  const [httpPort, rpcPort] = [await freePort(), await freePort()];
  const file = join(folder.path, 'influxdb.conf');
  writeFileSync(file, configuration(folder.path, httpPort, rpcPort));
  const server = spawn('influxd', ['-config', file], { stdio: 'ignore' });
  const exited = once(server, 'exit');
  const base = `http://127.0.0.1:${httpPort}`;
  // The bench may end in the middle.
  const kill = (): void => void server.kill('SIGKILL');
  process.once('exit', kill);
  await ready(base);

  const query = async (text: string): Promise<unknown> => {
    const body = new URLSearchParams({ q: text, db: 'bench', epoch: 'ms' });
    const answer = await fetch(`${base}/query`, { method: 'POST', body });
    return answer.json();
  };
  await query('CREATE DATABASE bench');
  const diskBytes = (): number =>
    ['data', 'wal'].reduce((sum, name) => sum + folderBytes(join(folder.path, name)), 0);
  return {
    query,
    diskBytes,
    write: async (lines) => {
      const answer = await fetch(`${base}/write?db=bench&precision=ms`, { method: 'POST', body: lines });
      if (answer.status !== 204) throw new Error(`InfluxDB refused a batch: ${await answer.text()}`);
    },
    cpuSeconds: () => {
      // The command in brackets may have spaces; user and system time are the 12th and 13th behind it.
      const fields = readFileSync(`/proc/${server.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
    },
    settled: async () => {
      let [before, same] = [-1, 0];
      // Sizes that are the same for six seconds.
      while (same < 12) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        const bytes = diskBytes();
        same = bytes === before ? same + 1 : 0;
        before = bytes;
      }
    },
    stop: async () => {
      process.off('exit', kill);
      server.kill('SIGTERM');
      await exited;
      folder.remove();
    },
  };
}

async function ready(base: string): Promise<void> {
  const endMs = performance.now() + startPatienceMs;
  for (;;) {
    const isUp = await fetch(`${base}/ping`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    if (performance.now() > endMs) throw new Error('InfluxDB does not answer.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** As Debian has it, but for its places, its own statistics, and that it compacts soon. Each write is flushed to the disk. */
function configuration(folder: string, httpPort: number, rpcPort: number): string {
  return `
reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = "${folder}/meta"
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  wal-fsync-delay = "0s"
  query-log-enabled = false
  cache-snapshot-write-cold-duration = "1s"
  compact-full-write-cold-duration = "2s"
  max-series-per-database = 0
[monitor]
  store-enabled = false
[http]
  enabled = true
  bind-address = "127.0.0.1:${httpPort}"
  log-enabled = false
[logging]
  level = "error"
`;
}

function folderBytes(folder: string): number {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const sizes = names.map((name) => statSync(join(folder, name), { throwIfNoEntry: false }));
  return sizes.reduce((sum, stat) => sum + (stat?.isFile() ? stat.size : 0), 0);
}
