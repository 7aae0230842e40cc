/** The contests of rooms: each contestant's server and clients, ready to be measured. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@bothy/testkit';
import { serverFlags, serverVariables } from '@bothy/tools/server-start';
import { type LoadProcess, type Rival, startLoad } from './load.ts';
import { freePort, type ServerOptions, type ServerProcess, startServer } from './server-process.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const cli = join(repository, 'apps', 'cli', 'src', 'main.ts');
const bareServer = fileURLToPath(new URL('./bare-server.ts', import.meta.url));
const socketIoServer = fileURLToPath(new URL('./socket-io-server.ts', import.meta.url));

/** One contestant with its clients. */
export interface Contestant {
  readonly rival: Rival;
  readonly servers: readonly ServerProcess[];
  /** What its servers need, and clients do not connect to. */
  readonly beside: readonly ServerProcess[];
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
    beside: [],
    load,
    stop: async () => {
      load.stop();
      await Promise.all(servers.map((server) => server.kill()));
      for (const folder of folders) folder.remove();
    },
  };
}

interface RivalStart {
  /** Started with the flags of a node of Bothy. */
  readonly asNode?: boolean;
}

export async function startBare(start: RivalStart = {}): Promise<Contestant> {
  const port = await freePort();
  return contestant('bare', [await startServer(port, [bareServer, `${port}`], flagsOf(start))]);
}

/** The same loop, which commits what it sends before. */
export async function startDurableBare(): Promise<Contestant> {
  const port = await freePort();
  const folder = temporaryFolder();
  const file = join(folder.path, 'messages.sqlite');
  const bare = contestant('bare', [await startServer(port, [bareServer, `${port}`, file])]);
  return {
    ...bare,
    stop: async () => {
      await bare.stop();
      folder.remove();
    },
  };
}

interface SocketIoStart extends RivalStart {
  /** With the adapter, and every message appended before it is acknowledged. */
  readonly redisPort?: number;
  /** @default 1 */
  readonly servers?: number;
  /** What they need beside them, whose processor time counts as well. */
  readonly beside?: readonly ServerProcess[];
}

export async function startSocketIo(start: SocketIoStart = {}): Promise<Contestant> {
  const { redisPort, servers: count = 1, beside = [] } = start;
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const port = await freePort();
      const args = [socketIoServer, `${port}`];
      if (redisPort !== undefined) args.push(`${redisPort}`);
      return startServer(port, args, flagsOf(start));
    }),
  );
  return contestant('socketIo', servers, beside);
}

/** Redis that acknowledges what is on the disk: `appendfsync always`. */
export async function startRedis(): Promise<{
  readonly port: number;
  readonly server: ServerProcess;
  stop(): Promise<void>;
}> {
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
  const server = await startServer(port, flags, {
    program: 'redis-server',
    readyText: 'Ready to accept connections',
  });
  return {
    port,
    server,
    stop: async () => {
      await server.stop();
      folder.remove();
    },
  };
}

function flagsOf({ asNode = false }: RivalStart): ServerOptions {
  return asNode ? { nodeFlags: serverFlags, variables: serverVariables } : {};
}

function contestant(
  rival: Rival,
  servers: readonly ServerProcess[],
  beside: readonly ServerProcess[] = [],
): Contestant {
  const load = startLoad();
  return {
    rival,
    servers,
    beside,
    load,
    stop: async () => {
      load.stop();
      await Promise.all(servers.map((server) => server.kill()));
    },
  };
}

/** Microseconds of processor time of all its servers for one delivery. */
export async function speak(
  { servers, beside, load }: Contestant,
  bursts: number,
  perBurst: number,
): Promise<number> {
  const used = (): number => [...servers, ...beside].reduce((sum, server) => sum + server.cpuSeconds(), 0);
  const before = used();
  const { deliveries } = await load.run({ kind: 'speak', bursts, perBurst });
  return ((used() - before) / deliveries) * 1e6;
}

export async function gather({ rival, servers, load }: Contestant, clients: number): Promise<void> {
  await load.run({ kind: 'gather', rival, ports: servers.map(({ port }) => port), clients });
}
