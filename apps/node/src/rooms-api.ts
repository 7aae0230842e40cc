/** `/api/v1` of rooms: history, posting, webhooks, files, the cluster, and the documents that describe it all. */
import type { FastifyInstance } from 'fastify';
import { type FileApiOptions, fileApi } from './rest/file-api.ts';
import { messageApi } from './rest/message-api.ts';
import { nodeRoutes } from './rest/node-routes.ts';
import { openApi, openRpc } from './rest/open-documents.ts';
import { readerOf } from './rest/room-access.ts';
import { type ClusterStatus, roomRoutes } from './rest/room-routes.ts';
import { type WebhookApiOptions, webhookApi } from './rest/webhook-api.ts';

export interface RoomsApiOptions extends FileApiOptions, WebhookApiOptions {
  readonly version: string;
  readonly cluster: () => ClusterStatus;
}

export function roomsApi(options: RoomsApiOptions): (server: FastifyInstance) => void {
  const { version, cluster } = options;
  const apis = [messageApi(options), webhookApi(options), fileApi(options)];
  const documents = {
    [roomRoutes.openApi.path]: openApi([...Object.values(nodeRoutes), ...Object.values(roomRoutes)], version),
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
    for (const [path, document] of Object.entries(documents)) server.get(path, async () => document);
  };
}
