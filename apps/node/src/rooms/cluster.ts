/** The node's place in its cluster: who it is, how it proves that, and what its links carry to whom. */
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import type { DirectoryView } from '@bothy/directory/core';
import {
  ClusterLinks,
  type ClusterLinksOptions,
  type ClusterServices,
  clusterCredentials,
} from '@bothy/rooms/drivers/grpc';
import { nodeClock, nodeTimers } from '@bothy/runtime/node';
import type { NodeId, NodeInfo, RoomActor } from '@bothy/wire';
import type { DirectoryStatusAnswer } from '@bothy/wire/schemas';
import type { NodeConfig } from '../config.ts';
import type { ClusterStatus } from '../rest/room-routes.ts';
import { version } from '../version.ts';
import { type RoomsHost, startingAnew } from './rooms-host.ts';

type ClusterConfig = Pick<NodeConfig, 'id' | 'cluster' | 'clusterSecret' | 'clusterTls' | 'insecure'>;

/** Who this node is to others. `instance` is the fingerprint of its key: of two nodes with one id, it tells which. */
export async function nodeInfo(
  config: ClusterConfig,
  keyPair: CryptoKeyPair,
  webUrl: string,
): Promise<NodeInfo> {
  const key = await globalThis.crypto.subtle.exportKey('raw', keyPair.publicKey);
  const { host, port } = config.cluster;
  const reached = host === '0.0.0.0' || host === '::' ? hostname() : host;
  return {
    id: config.id,
    instance: createHash('sha256').update(new Uint8Array(key)).digest('base64url').slice(0, 22),
    address: `${reached.includes(':') ? `[${reached}]` : reached}:${port}`,
    webUrl,
    version,
  };
}

/** Listens for other nodes. Throws `address_in_use` or `configuration_invalid`. */
export async function openLinks(
  config: ClusterConfig,
  self: NodeInfo,
  rooms: RoomsHost,
  more: Pick<ClusterLinksOptions, 'services'> &
    Partial<Pick<ClusterLinksOptions['events'], 'bridge' | 'directory'>> & {
      /** What else shares the links is given them before the first one is up, and told of each before its first message. */
      readonly made?: (links: ClusterLinks) => void;
      readonly linked?: (node: NodeId) => void;
      readonly parted?: (node: NodeId) => void;
      /** An operator of another node has removed this one. */
      readonly forgotten?: (node: NodeId) => void;
    },
): Promise<ClusterLinks> {
  const { services, made, linked, parted, forgotten, ...events } = more;
  const links = new ClusterLinks({
    self,
    credentials: await credentialsOf(config),
    timers: nodeTimers,
    monoMs: nodeClock.monoMs,
    closed: () => (rooms.ready ? undefined : startingAnew),
    ...(services === undefined ? {} : { services }),
    events: {
      ...events,
      linkUp: (node, dialled) => {
        linked?.(node.id);
        const isTaken = rooms.input(
          dialled === undefined ? { kind: 'linkUp', node } : { kind: 'linkUp', node, dialled },
        );
        // It came up while they ended: the next rooms would not know of it.
        if (!isTaken) links.hangUp(node.id, startingAnew);
      },
      linkDown: (node) => {
        parted?.(node);
        rooms.input({ kind: 'linkDown', node });
      },
      dialFailed: (address, { message }) => rooms.input({ kind: 'dialFailed', address, reason: message }),
      message: (from, message) => {
        if (message.kind === 'forget') forgotten?.(message.node);
        return rooms.input({ kind: 'message', from, message });
      },
      refused: (code, message) => rooms.refused(code, message),
    },
  });
  made?.(links);
  await links.listen(config.cluster.host, config.cluster.port);
  return links;
}

function credentialsOf({ id, clusterSecret, clusterTls, insecure }: ClusterConfig) {
  if (clusterSecret !== undefined)
    return clusterCredentials({ kind: 'secret', secret: clusterSecret, node: id });
  if (clusterTls === undefined) return clusterCredentials({ kind: 'none', insecure });
  const [cert, key, ca] = clusterTls;
  return clusterCredentials({ kind: 'files', cert, key, ca });
}

/** What programs that are no node may ask over gRPC. */
export function clusterServices(
  rooms: RoomsHost,
  readFile: NonNullable<ClusterServices['readFile']>,
): ClusterServices {
  const nobody: RoomActor = { person: '', name: 'guest', verified: false, operator: false };
  return {
    nodes: () => rooms.view?.nodes ?? [],
    listRooms: async () => {
      const result = await rooms.command(nobody, { kind: 'list' });
      if (!result.ok || !('unreachable' in result.value)) return { rooms: [], unreachable: [] };
      const { rooms: listed, unreachable } = result.value;
      return { rooms: listed.map((room) => ({ ...room, deleting: room.state === 'deleting' })), unreachable };
    },
    command: ({ actor, command, trace }) => rooms.command(actor ?? nobody, command, trace),
    readFile,
  };
}

/** The cluster as REST and the web app show it. */
export function clusterStatus(
  self: NodeInfo,
  rooms: RoomsHost,
  directory: DirectoryView | undefined,
): ClusterStatus {
  const { view } = rooms;
  const own = view?.rooms.filter(({ administrator }) => administrator === self.id).length ?? 0;
  const { id, version: ownVersion, webUrl } = self;
  const { sessions = 0, messagesPerSecond = 0 } = view ?? {};
  return {
    ...(directory === undefined ? {} : { directory: directoryAnswer(directory) }),
    ...(directory?.state === 'stale' ? { stale: true as const } : {}),
    self: id,
    nodes: [
      { id, health: 'up', version: ownVersion, webUrl, sessions, rooms: own, messagesPerSecond },
      ...(view?.nodes ?? []).map((node) => ({
        id: node.id,
        health: node.health,
        version: node.version,
        webUrl: node.webUrl,
        sessions: node.load?.sessions ?? 0,
        rooms: node.load?.rooms ?? 0,
        messagesPerSecond: node.load?.messagesPerSecond ?? 0,
        ...(node.clock === null
          ? {}
          : { clock: { offsetMs: node.clock.offsetMs, errorMs: node.clock.errorMs } }),
      })),
    ],
    rooms: (view?.rooms ?? []).map(({ id: room, name, visibility, administrator, memberCount, state }) => {
      return { id: room, name, visibility, administrator, memberCount, state };
    }),
    deletions: (view?.deletions ?? []).map(
      ({ room, name, administrator, outcome, pending, reason, atMs }) => ({
        room,
        name,
        administrator,
        outcome: outcome === 'undecided' ? 'pending' : outcome,
        pending: [...pending],
        ...(reason === undefined ? {} : { reason }),
        at: atMs,
      }),
    ),
  };
}

function directoryAnswer({ voters, learners, foreign, ...rest }: DirectoryView): DirectoryStatusAnswer {
  return { ...rest, voters: [...voters], learners: [...learners], foreign: [...foreign] };
}
