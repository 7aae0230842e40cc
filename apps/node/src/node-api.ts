/** All of `/api/v1`, joined to the parts of a node that it speaks for. */
import type { NodeBroker } from '@bothy/broker';
import { nodeClock } from '@bothy/runtime/node';
import type { RoomFiles, SqliteNameDirectory, SqliteWebhooks } from '@bothy/store';
import type { Certificate, Name, NodeId, NodeInfo, PersonId } from '@bothy/wire';
import type { FastifyInstance } from 'fastify';
import type { ClusterParts } from './cluster-parts.ts';
import type { NodeConfig } from './config.ts';
import type { AgreedNames } from './directory/agreed-names.ts';
import type { DirectoryHost } from './directory/directory-host.ts';
import type { CertificateKeeper } from './lan/certificate-keeper.ts';
import type { LocalAddresses } from './lan/local-addresses.ts';
import type { AreaLogs } from './logs/area-logs.ts';
import { invitationLink } from './make-invitation.ts';
import { edgeMqttUrl } from './mqtt-address.ts';
import type { NodeAdmission, NodePorts } from './node-admission.ts';
import { operatorApi } from './operator-api.ts';
import { type RunningRemovals, signOff } from './removal/start-removals.ts';
import type { AccessOptions } from './rest/room-access.ts';
import { clusterStatus } from './rooms/cluster.ts';
import type { RemoteFileReader } from './rooms/remote-file-reader.ts';
import type { RoomsHost } from './rooms/rooms-host.ts';
import { roomsApi } from './rooms-api.ts';
import { sessionApi } from './session-api.ts';
import type { RunningTelemetry } from './telemetry/start-telemetry.ts';
import { version } from './version.ts';

export interface NodeApiParts {
  readonly config: NodeConfig;
  readonly ports: Readonly<NodePorts>;
  readonly logs: AreaLogs;
  readonly admission: NodeAdmission;
  readonly access: AccessOptions & Pick<NodeAdmission, 'mayTry'>;
  readonly names: SqliteNameDirectory;
  readonly agreed: AgreedNames;
  readonly directory: DirectoryHost;
  readonly removals: RunningRemovals;
  readonly broker: NodeBroker;
  readonly rooms: RoomsHost;
  readonly telemetry: RunningTelemetry;
  readonly files: RoomFiles;
  readonly webhooks: SqliteWebhooks;
  readonly remoteFiles: RemoteFileReader;
  /** What else is one in all nodes, and has to part with a node that is forgotten. */
  readonly parts: Pick<ClusterParts, 'forget'>;
  /** Only where the network is served. */
  readonly lan: CertificateKeeper | undefined;
  readonly addresses: () => LocalAddresses;
  /** Where other machines reach the web app. */
  readonly webUrl: () => string;
  /** Who this node is to others; asked for once requests are taken. */
  readonly self: () => NodeInfo;
}

export function nodeApi(parts: NodeApiParts): (server: FastifyInstance) => void {
  const { access, lan, config, ports, addresses } = parts;
  const mqtt = () => ({ url: edgeMqttUrl(config, ports, addresses), ca: lan?.authorityPem });
  return (server) => {
    sessionApi(sessionOptions(parts))(server);
    operatorApi(operatorOptions(parts))(server);
    parts.removals.api(server);
    parts.telemetry.api({ ...access, mqtt })(server);
    roomsApi(roomsOptions(parts))(server);
  };
}

function sessionOptions({ config, logs, admission, access, names, agreed, directory }: NodeApiParts) {
  const { id, registration } = config;
  const { tokens, audiences, nonces, mayTry } = admission;
  return {
    ...{ id, version, registration, tokens, names, audiences, nonces, mayTry },
    wallMs: access.wallMs,
    isStale: () => directory.isStale,
    claim: agreed.claim,
    operated: ({ name, person }: Certificate): void =>
      logs.names.info({ name, person }, 'the first person to open this node from its machine operates it'),
  };
}

function operatorOptions({ config, ports, logs, access, names, agreed, broker, rooms }: NodeApiParts) {
  return {
    ...access,
    names,
    release: (name: Name) => agreed.names.release(name),
    invitationLink: (code: string) => invitationLink(config, ports.http, code),
    released: (name: Name, person: PersonId, by: Name): void => {
      logs.names.info({ name, person, by }, 'name released');
      signOff(broker, rooms, person);
    },
  };
}

function roomsOptions({ access, logs, directory, rooms, parts, remoteFiles, self, ...more }: NodeApiParts) {
  const { files, webhooks, webUrl } = more;
  return {
    ...access,
    ...{ version, files, webhooks, webUrl, rooms: rooms.disk, monoMs: nodeClock.monoMs },
    command: rooms.command.bind(rooms),
    cluster: () => clusterStatus(self(), rooms, directory.view),
    forgetNode: async (node: NodeId, by: Name, force: boolean): Promise<boolean> => {
      const isMember = await directory.forgetNode(node, force);
      logs.cluster.info({ other: node, by, force }, 'an operator has removed a node from the cluster');
      parts.forget(node);
      return (await rooms.forgetNode(node)) || isMember;
    },
    readRemoteFile: (node: NodeId, file: string) => remoteFiles.read(node, file),
  };
}
