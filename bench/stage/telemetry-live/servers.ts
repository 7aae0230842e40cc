/** A node of Bothy, a bare Aedes and a Mosquitto, each a process of its own on loopback. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@bothy/testkit';
import { serverFlags, serverVariables } from '@bothy/tools/server-start';
import { freePort, type ServerProcess, startServer } from '../rooms/server-process.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const cli = join(repository, 'apps', 'cli', 'src', 'main.ts');
const bareAedes = fileURLToPath(new URL('./bare-aedes.ts', import.meta.url));

export const brokers = ['bothy', 'aedes', 'mosquitto'] as const;
export type BrokerName = (typeof brokers)[number];

export interface MonitoringServers {
  /** `port` is the one of MQTT. */
  readonly of: Readonly<Record<BrokerName, ServerProcess>>;
  /** Of the node: `/ws` and REST. */
  readonly httpPort: number;
  stop(): Promise<void>;
}

export async function startServers(): Promise<MonitoringServers> {
  const folder = temporaryFolder();
  const [httpPort, mqttPort, aedesPort, mosquittoPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const servers = await Promise.all([
    startNode(httpPort, mqttPort, folder.path),
    startServer(aedesPort, [bareAedes, `${aedesPort}`]),
    startMosquitto(mosquittoPort, folder.path),
  ]);
  const [bothy, aedes, mosquitto] = servers;
  return {
    of: { bothy, aedes, mosquitto },
    httpPort,
    stop: async () => {
      await Promise.all(servers.map((server) => server.kill()));
      folder.remove();
    },
  };
}

/** As the launcher starts it, but for the rate of a client: that of a device, not of a hundred in one connection. */
function startNode(httpPort: number, mqttPort: number, folder: string): Promise<ServerProcess> {
  const ports = ['--http', `${httpPort}`, '--mqtt', `${mqttPort}`, '--cluster', '0'];
  const flags = ['--id', 'node', '--publish-rate', '100000', '--data', join(folder, 'node')];
  const options = { nodeFlags: serverFlags, variables: serverVariables };
  return startServer(mqttPort, [cli, 'node', ...ports, ...flags], options);
}

/** By default it drops what a subscriber has not taken after a thousand messages; here everything is to arrive. */
function startMosquitto(port: number, folder: string): Promise<ServerProcess> {
  const file = join(folder, 'mosquitto.conf');
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'log_dest stderr',
    'max_queued_messages 0',
    'max_inflight_messages 1000',
    'set_tcp_nodelay true',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return startServer(port, ['-c', file], { program: 'mosquitto', readyText: ' running', readyOn: 'stderr' });
}
