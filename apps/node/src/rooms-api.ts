/** `/api/v1` of rooms: history, posting, webhooks, files, the cluster, and the documents that describe it all. */
import { BothyError, type Name, type NodeId, type RoomId, type RoomVisibility } from '@bothy/wire';
import type { FastifyInstance } from 'fastify';
import { operatorOf } from './bearer-token.ts';
import { removalRoutes } from './removal/removal-routes.ts';
import { type DigestApiOptions, digestApi } from './rest/digest-api.ts';
import { type FileApiOptions, fileApi } from './rest/file-api.ts';
import { messageApi } from './rest/message-api.ts';
import { nodeRoutes } from './rest/node-routes.ts';
import { openApi, openRpc } from './rest/open-documents.ts';
import { parsePart } from './rest/rest-route.ts';
import { readerOf } from './rest/room-access.ts';
import { type ClusterStatus, roomRoutes } from './rest/room-routes.ts';
import { type WebhookApiOptions, webhookApi } from './rest/webhook-api.ts';
import { enrolRoutes } from './telemetry/enrol-routes.ts';
import { telemetryRoutes } from './telemetry/telemetry-routes.ts';

/** What the OpenAPI document lists. */
const allRoutes = [nodeRoutes, roomRoutes, removalRoutes, telemetryRoutes, enrolRoutes].flatMap((table) =>
  Object.values(table),
);

export interface RoomsApiOptions extends FileApiOptions, WebhookApiOptions, Pick<DigestApiOptions, 'rooms'> {
  readonly version: string;
  readonly cluster: () => ClusterStatus;
  /**
   * A node that will not come back; `by` is who says so. False when it is not known. `force`: also where it takes the
   * majority of the directory with it; without, that is refused with `directory_unavailable`.
   */
  readonly forgetNode: (node: NodeId, by: Name, force: boolean) => Promise<boolean>;
}

export function roomsApi(options: RoomsApiOptions): (server: FastifyInstance) => void {
  const { version, cluster } = options;
  const visibilityOf = (room: RoomId): RoomVisibility | undefined =>
    cluster().rooms.find(({ id }) => id === room)?.visibility;
  const digests = digestApi({ ...options, visibilityOf });
  const apis = [messageApi(options), digests, webhookApi(options), fileApi(options)];
  const documents = {
    [roomRoutes.openApi.path]: openApi(allRoutes, version),
    [roomRoutes.openRpc.path]: openRpc(version),
  };
  return (server) => {
    for (const api of apis) api(server);
    server.get(roomRoutes.cluster.path, async (request) => {
      const { guest } = await readerOf(request, options);
      const status = cluster();
      // Private rooms are nobody's business who is not known.
      return guest
        ? { ...status, rooms: status.rooms.filter(({ visibility }) => visibility === 'public') }
        : status;
    });
    server.delete(roomRoutes.forgetNode.path, async (request) => {
      const operator = await operatorOf(request, options);
      const { node } = parsePart(roomRoutes.forgetNode.params, request.params, 'address');
      const { force } = parsePart(roomRoutes.forgetNode.query, request.query, 'query');
      const { nodes, directory } = cluster();
      const known = nodes.find(({ id }) => id === node);
      const isMember =
        directory?.voters.includes(node) === true || directory?.learners.includes(node) === true;
      if (known !== undefined && known.health !== 'down') {
        throw new BothyError(
          'bad_request',
          `The node ${node} is heard. Only one that is down can be forgotten.`,
        );
      }
      const isKnown = known !== undefined || isMember;
      if (!isKnown || !(await options.forgetNode(node, operator.name, force === 'true'))) {
        throw new BothyError('not_found', `No node of this cluster has the id ${node}.`);
      }
      return { node };
    });
    for (const [path, document] of Object.entries(documents)) server.get(path, async () => document);
  };
}
