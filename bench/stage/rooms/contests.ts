/** The contests of rooms: each contestant's server and clients, ready to be measured. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@bothy/testkit';
import { serverFlags, serverVariables } from '@bothy/tools/server-start';
import { type LoadProcess, type LoadResult, type Rival, startLoad } from './load.ts';
import { freePort, type ServerProcess, startServer } from './server-process.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const cli = join(repository, 'apps', 'cli', 'src', 'main.ts');
const bareServer = fileURLToPath(new URL('./bare-server.ts', import.meta.url));
const socketIoServer = fileURLToPath(new URL('./socket-io-server.ts', import.meta.url));

/** One contestant with its clients. */
export interface Contestant {
  readonly rival: Rival;
  readonly servers: readonly ServerProcess[];
  readonly load: LoadProcess;
  stop(): Promise<void>;
}

/** Nodes of one cluster, each with a folder of its own. */
export async function startBothy(nodes = 1): Promise<Contestant> {
  const folders = Array.from({ length: nodes }, () => temporaryFolder());
  const ports = await Promise.all(folders.map(async () => [await freePort(), await freePort()] as const));
  const others = ports.map(([, cluster]) => cluster).join(',');
  const servers = await Promise.all(
    ports.map(([http, cluster], index) => {
      const flags = ['--id', `n${index + 1}`, '--http', `${http}`, '--mqtt', '0', '--cluster', `${cluster}`];
      const data = folders[index]?.path ?? '';
      const args = [cli, 'node', ...flags, '--join', others, '--data', data];
      // As the launcher starts it.
      return startServer(http, args, { nodeFlags: serverFlags, variables: serverVariables });
    }),
  );
  const load = startLoad();
  return {
    rival: 'bothy',
    servers,
    load,
    stop: async () => {
      load.stop();
      await Promise.all(servers.map((server) => server.kill()));
      for (const folder of folders) folder.remove();
    },
  };
}

export async function startBare(): Promise<Contestant> {
  const port = await freePort();
  return contestant('bare', await startServer(port, [bareServer, `${port}`]));
}

/** `redisPort`: with the adapter, and every message appended before it is acknowledged. */
export async function startSocketIo(redisPort?: number): Promise<Contestant> {
  const port = await freePort();
  const args = [socketIoServer, `${port}`];
  if (redisPort !== undefined) args.push(`${redisPort}`);
  return contestant('socketIo', await startServer(port, args));
}

/** Redis that acknowledges what is on the disk: `appendfsync always`. */
export async function startRedis(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const port = await freePort();
  const folder = temporaryFolder();
  const settings = {
    port: `${port}`,
    bind: '127.0.0.1',
    appendonly: 'yes',
    appendfsync: 'always',
    save: '',
    dir: folder.path,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.stdout.on('data', (data) => {
      if (String(data).includes('Ready to accept connections')) resolve();
    });
  });
  return {
    port,
    stop: async () => {
      child.kill();
      await ended;
      folder.remove();
    },
  };
}

function contestant(rival: Rival, server: ServerProcess): Contestant {
  const load = startLoad();
  return {
    rival,
    servers: [server],
    load,
    stop: async () => {
      load.stop();
      await server.stop();
    },
  };
}

/** Processor time of all its servers for one delivery, in microseconds. */
export async function speak(
  { servers, load }: Contestant,
  bursts: number,
  perBurst: number,
): Promise<{ readonly microseconds: number; readonly result: LoadResult }> {
  const used = (): number => servers.reduce((sum, server) => sum + server.cpuSeconds(), 0);
  const before = used();
  const result = await load.run({ kind: 'speak', bursts, perBurst });
  return { microseconds: ((used() - before) / result.deliveries) * 1e6, result };
}

export async function gather({ rival, servers, load }: Contestant, clients: number): Promise<void> {
  await load.run({ kind: 'gather', rival, ports: servers.map(({ port }) => port), clients });
}
