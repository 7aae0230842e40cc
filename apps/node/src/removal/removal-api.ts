/**
 * `/api/v1/persons`, `/api/v1/removals` and `/api/v1/kept-out`: an operator removes a person, sees how far that is, and
 * lets somebody in again.
 */
import type { SqliteNameDirectory } from '@bothy/store';
import { BothyError, type KeptKey, type Name } from '@bothy/wire';
import type { FastifyInstance } from 'fastify';
import { type BearerOptions, operatorOf } from '../bearer-token.ts';
import type { KeptKeys } from '../directory/kept-keys.ts';
import { parsePart } from '../rest/rest-route.ts';
import { type KeptOutAnswer, type RemovalAnswer, removalRoutes } from './removal-routes.ts';
import type { RemovalProgress, Removals } from './removals.ts';

export interface RemovalApiOptions extends BearerOptions {
  readonly names: Pick<SqliteNameDirectory, 'lookup' | 'isOperator'>;
  readonly removals: Pick<Removals, 'remove' | 'cancel' | 'all'>;
  readonly keys: Pick<KeptKeys, 'key' | 'letIn' | 'out'>;
  /** What is known of keys here may be old. */
  readonly isStale: () => boolean;
  /** Somebody was let in again: for the log. */
  readonly letIn: (key: KeptKey, by: Name) => void;
}

export function removalApi(options: RemovalApiOptions): (server: FastifyInstance) => void {
  const { names, removals, keys, isStale } = options;
  const { remove, list, cancel, keptOut, letIn } = removalRoutes;
  return (server) => {
    server.delete(remove.path, async (request) => {
      const operator = await operatorOf(request, options);
      const { name } = parsePart(remove.params, request.params, 'address');
      const { mayReturn } = parsePart(remove.query, request.query, 'query');
      const underWay = removals.all.find(
        ({ removal, progress }) => removal.name === name && progress.state === 'running',
      );
      // Its name may be free by now: whoever asks again asks for the same.
      if (underWay !== undefined) return answerOf(underWay);
      const person = await names.lookup(name);
      if (person === undefined) throw new BothyError('not_found', `Nobody goes by the name ${name} here.`);
      if (person === operator.person) {
        throw new BothyError('forbidden', 'This is you: another operator can remove you.');
      }
      if (await names.isOperator(person)) {
        const sentence = `${name} operates this node. Take that away first: bothy operator ${name} --remove`;
        throw new BothyError('forbidden', sentence);
      }
      return answerOf(await removals.remove(name, person, operator, { mayReturn: mayReturn === 'true' }));
    });

    server.get(list.path, async (request) => {
      await operatorOf(request, options);
      return { removals: removals.all.map(answerOf) };
    });

    server.delete(cancel.path, async (request) => {
      const operator = await operatorOf(request, options);
      const { removal } = parsePart(cancel.params, request.params, 'address');
      return answerOf(await removals.cancel(removal, operator.name));
    });

    server.get(keptOut.path, async (request) => {
      await operatorOf(request, options);
      return { keptOut: keys.out.map(keptOutOf), ...(isStale() ? { stale: true } : {}) };
    });

    server.delete(letIn.path, async (request) => {
      const operator = await operatorOf(request, options);
      const { person } = parsePart(letIn.params, request.params, 'address');
      const underWay = removals.all.find(
        ({ removal, progress }) => removal.person === person && progress.state === 'running',
      );
      // Its steps would go on against somebody who is back.
      if (underWay !== undefined) {
        const sentence = `${underWay.removal.name} is being removed. Take that back instead: bothy person keep ${underWay.removal.id}`;
        throw new BothyError('bad_request', sentence);
      }
      const known = keys.key(person);
      const key = known?.isOut === true ? await keys.letIn(person, operator.name) : undefined;
      if (key === undefined) throw new BothyError('not_found', 'Nobody with this key is kept out.');
      options.letIn(key, operator.name);
      return keptOutOf(key);
    });
  };
}

function keptOutOf({ person, name, by, atMs }: KeptKey): KeptOutAnswer {
  return { person, name, by, at: atMs };
}

function answerOf({ removal, progress }: RemovalProgress): RemovalAnswer {
  const { id, name, person, byName, begunAt, mayReturn } = removal;
  const { state, steps, done, step: underWay, trouble, reason } = progress;
  return {
    ...{ id, name, person, by: byName, begunAt, mayReturn, state },
    steps: steps.map((step, at) => ({
      name: step.name,
      state: step.name === underWay ? 'underWay' : at < done ? 'done' : 'waiting',
    })),
    ...(trouble === undefined ? {} : { trouble }),
    ...(reason === undefined ? {} : { reason }),
  };
}
