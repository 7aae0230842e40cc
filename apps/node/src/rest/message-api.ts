/** Rooms over REST: listed, read, and written to by integrations. */
import { randomUUID } from 'node:crypto';
import type { RoomActor, RoomAnswers, RoomCommand, RoomCommandKind, RoomResult } from '@bothy/wire';
import { BothyError, flatEntry } from '@bothy/wire';
import { traceparentOf } from '@bothy/wire/schemas';
import type { FastifyInstance } from 'fastify';
import { bearerOf } from '../bearer-token.ts';
import { parsePart } from './rest-route.ts';
import { type AccessOptions, actorOf, readerOf } from './room-access.ts';
import { roomRoutes } from './room-routes.ts';

export interface RoomCommands {
  /** Carried out as the core does it for somebody without a session. */
  readonly command: (actor: RoomActor, command: RoomCommand, trace?: string) => Promise<RoomResult>;
}

/** The answer of the core, or what it refuses with, thrown. */
export async function answerTo<Kind extends RoomCommandKind>(
  { command }: RoomCommands,
  actor: RoomActor,
  asked: Extract<RoomCommand, { readonly kind: Kind }>,
  headers: Readonly<Record<string, unknown>> = {},
): Promise<RoomAnswers[Kind]> {
  const result = await command(actor, asked, traceparentOf(headers));
  if (!result.ok) throw new BothyError(result.code, result.message);
  // The answer's shape goes with the command's kind.
  return result.value as RoomAnswers[Kind];
}

/** As a member's text, at most what a body and its JSON take. */
export const messageBytes = 256 * 1024;

export function messageApi(options: AccessOptions & RoomCommands): (server: FastifyInstance) => void {
  const { list, info, entries, send } = roomRoutes;
  return (server) => {
    server.get(list.path, async (request) => {
      const { actor } = await readerOf(request, options);
      return await answerTo(options, actor, { kind: 'list' }, request.headers);
    });

    server.get(info.path, async (request) => {
      const { actor, guest } = await readerOf(request, options);
      const { room } = parsePart(info.params, request.params, 'address');
      if (!guest) {
        const result = await options.command(actor, { kind: 'info', room });
        if (result.ok) return result.value;
        if (result.code !== 'not_a_member') throw new BothyError(result.code, result.message);
      }
      // Who is no member of a public room sees what the list of rooms shows.
      const { rooms } = await answerTo(options, actor, { kind: 'list' });
      const found = rooms.find(({ id }) => id === room);
      if (found === undefined)
        throw new BothyError('room_not_found', 'There is no such room to be seen here.');
      return { room: found };
    });

    server.get(entries.path, async (request) => {
      const { actor } = await readerOf(request, options);
      const { room } = parsePart(entries.params, request.params, 'address');
      const { limit, ...range } = parsePart(entries.query, request.query, 'query');
      if (range.before !== undefined && range.after !== undefined) {
        throw new BothyError('bad_request', 'Give either before or after.');
      }
      const asked = { kind: 'history', room, limit, open: true, ...range } as const;
      const answer = await answerTo(options, actor, asked, request.headers);
      return { ...answer, entries: answer.entries.map(flatEntry) };
    });

    server.post(send.path, { bodyLimit: messageBytes }, async (request) => {
      const actor = actorOf(await bearerOf(request, options));
      const { room } = parsePart(send.params, request.params, 'address');
      const { messageId = randomUUID(), ...message } = parsePart(send.body, request.body, 'body');
      const asked = { kind: 'send', room, messageId, ...message } as const;
      return { ...(await answerTo(options, actor, asked, request.headers)), messageId };
    });
  };
}
