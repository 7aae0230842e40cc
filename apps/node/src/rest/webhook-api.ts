/** Incoming webhooks: addresses at which other programs post into a room, with a secret in place of a sign-in. */
import { randomUUID } from 'node:crypto';
import { TokenBuckets } from '@bothy/protocols';
import type { SqliteWebhooks, Webhook } from '@bothy/store';
import { BothyError, type RoomActor, type RoomId } from '@bothy/wire';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { bearerOf } from '../bearer-token.ts';
import { answerTo, messageBytes, type RoomCommands } from './message-api.ts';
import { parsePart } from './rest-route.ts';
import { type AccessOptions, actorOf } from './room-access.ts';
import { roomRoutes } from './room-routes.ts';

export interface WebhookApiOptions extends AccessOptions, RoomCommands {
  readonly webhooks: SqliteWebhooks;
  /** The address under which others reach this node: `https://hut:8443`. */
  readonly webUrl: () => string;
  readonly monoMs: () => number;
}

/** What one webhook may post: an alarm that flaps is not a flood. */
const hookRate = { burst: 60, perSecond: 2, maxKeys: 10_000 };

export function webhookApi(options: WebhookApiOptions): (server: FastifyInstance) => void {
  const { addWebhook, listWebhooks, removeWebhook, postHook } = roomRoutes;
  const { webhooks, names, webUrl, monoMs } = options;
  const rates = new TokenBuckets(hookRate);
  return (server) => {
    server.post(addWebhook.path, async (request) => {
      const { room } = parsePart(addWebhook.params, request.params, 'address');
      const { label } = parsePart(addWebhook.body, request.body, 'body');
      const { person, name } = await moderatorOf(request, room);
      const { webhook, secret } = await webhooks.add({ room, label, person, personName: name });
      return { id: webhook.id, url: `${webUrl()}/api/v1/hooks/${webhook.id}/${secret}` };
    });

    server.get(listWebhooks.path, async (request) => {
      const { room } = parsePart(listWebhooks.params, request.params, 'address');
      await moderatorOf(request, room);
      return { webhooks: (await webhooks.list(room)).map(shown) };
    });

    server.delete(removeWebhook.path, async (request) => {
      const { room, hook } = parsePart(removeWebhook.params, request.params, 'address');
      await moderatorOf(request, room);
      if (!(await webhooks.remove(room, hook)))
        throw new BothyError('not_found', 'There is no such webhook.');
      return { id: hook };
    });

    server.post(postHook.path, { bodyLimit: messageBytes }, async (request) => {
      const { hook: id, secret } = parsePart(postHook.params, request.params, 'address');
      const webhook = await webhooks.enter(id, secret);
      if (webhook === undefined)
        throw new BothyError('not_found', 'There is no such webhook. Ask for its address.');
      if (!rates.take(id, 1, monoMs())) {
        throw new BothyError('rate_limited', 'This webhook posts too fast. Wait a few seconds.');
      }
      const { room, label, person, personName } = webhook;
      if (options.isKeptOut(person) || (await names.lookup(personName)) !== person) {
        throw new BothyError(
          'unauthorized',
          'Who made this webhook is not known here any more. Make a new one.',
        );
      }
      const asked = parsePart(postHook.body, request.body, 'body');
      const { text, name = label, messageId = randomUUID() } = asked;
      // It posts as a person, so what it says of itself stands in the text and never in the author's place.
      const body = `${name}: ${asked.body ?? text ?? ''}`;
      const actor = { person, name: personName, verified: true, operator: false };
      const message = { kind: 'send', room, messageId, body } as const;
      const { seq, duplicate } = await answerTo(options, actor, message, request.headers);
      return { seq, duplicate };
    });
  };

  /** Throws unless an owner or a moderator of the room asks, or an operator. */
  async function moderatorOf(request: FastifyRequest, room: RoomId): Promise<RoomActor> {
    const actor = actorOf(await bearerOf(request, options));
    const { members } = await answerTo(options, actor, { kind: 'info', room });
    const role = members.find(({ person }) => person === actor.person)?.role;
    if (role === 'owner' || role === 'moderator') return actor;
    throw new BothyError('not_the_owner', 'Only an owner or a moderator of this room can do this.');
  }
}

function shown({ id, label, person, personName, createdAt }: Webhook) {
  return { id, label, person, name: personName, createdAt };
}
