/**
 * Small files of rooms. Whoever may read a room may read its files. A browser that opens one is
 * told to save it, and never to guess what it is: only pictures that cannot hold a program are shown in place.
 */
import type { RoomFile, RoomFiles } from '@bothy/store';
import { BothyError, type NodeId, roomLimits } from '@bothy/wire';
import { roomParts } from '@bothy/wire/schemas';
import type { FastifyInstance } from 'fastify';
import { bearerOf } from '../bearer-token.ts';
import { answerTo, type RoomCommands } from './message-api.ts';
import { parsePart } from './rest-route.ts';
import { type AccessOptions, actorOf, readerOf } from './room-access.ts';
import { roomRoutes } from './room-routes.ts';

/** A file as its node keeps it. */
export interface ReadFile {
  readonly about: Pick<RoomFile, 'room' | 'name' | 'type'>;
  readonly content: Uint8Array;
}

export interface FileApiOptions extends AccessOptions, RoomCommands {
  readonly files: RoomFiles;
  /** Throws `node_unreachable`. Undefined when that node has no such file. */
  readonly readRemoteFile: (node: NodeId, file: string) => Promise<ReadFile | undefined>;
}

/** Shown in place. SVG is not among them: it may hold scripts. */
const picturesShown: ReadonlySet<string> = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/avif',
]);

export function fileApi(options: FileApiOptions): (server: FastifyInstance) => void {
  const { addFile, readFile } = roomRoutes;
  const { node, files } = options;
  return (server) => {
    // A scope of its own: here a body of any type is bytes, JSON included.
    server.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      const limit = { parseAs: 'buffer', bodyLimit: roomLimits.fileBytes } as const;
      scope.addContentTypeParser('*', limit, (_request, body, done) => done(null, body));

      scope.post(addFile.path, { bodyLimit: roomLimits.fileBytes }, async (request) => {
        const actor = actorOf(await bearerOf(request, options));
        const { room } = parsePart(addFile.params, request.params, 'address');
        const { name } = parsePart(addFile.query, request.query, 'query');
        const [essence = ''] = (request.headers['content-type'] ?? '').toLowerCase().split(';');
        const type = parsePart(roomParts.mediaType, essence.trim(), 'content-type');
        if (!Buffer.isBuffer(request.body) || request.body.length === 0) {
          throw new BothyError('bad_request', 'The body of the request is the file.');
        }
        // History is for members: what the core says to it is whether somebody is one.
        await answerTo(options, actor, { kind: 'history', room, limit: 1 });
        const { file, sizeBytes } = await files.add({ room, name, type, person: actor.person }, request.body);
        return { file, node, name, type, sizeBytes };
      });
    });

    server.get(readFile.path, async (request, reply) => {
      const { actor } = await readerOf(request, options);
      const { room, node: at, file } = parsePart(readFile.params, request.params, 'address');
      await answerTo(options, actor, { kind: 'history', room, limit: 1, open: true });
      const found = at === node ? await files.read(file) : await options.readRemoteFile(at, file);
      // A file of another room is as good as none: membership was checked for this one.
      if (found === undefined || found.about.room !== room) {
        throw new BothyError('not_found', 'There is no such file in this room.');
      }
      const { name, type } = found.about;
      const shown = picturesShown.has(type);
      const disposition = `${shown ? 'inline' : 'attachment'}; filename*=UTF-8''${encoded(name)}`;
      return reply
        .headers({
          'content-type': shown ? type : 'application/octet-stream',
          'content-disposition': disposition,
          'x-content-type-options': 'nosniff',
          'content-security-policy': "default-src 'none'; sandbox",
          // It never changes, and is for this person alone.
          'cache-control': 'private, max-age=31536000, immutable',
        })
        .send(Buffer.from(found.content));
    });
  };
}

/** RFC 8187, section 3.2: everything but a few characters as percent signs. */
function encoded(name: string): string {
  const kept = encodeURIComponent(name);
  return kept.replace(/['()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
}
