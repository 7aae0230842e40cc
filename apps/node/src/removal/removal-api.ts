/** `/api/v1/persons` and `/api/v1/removals`: an operator removes a person, and sees how far that is. */
import type { SqliteNameDirectory } from '@bothy/store';
import { BothyError } from '@bothy/wire';
import type { FastifyInstance } from 'fastify';
import { type BearerOptions, operatorOf } from '../bearer-token.ts';
import { parsePart } from '../rest/rest-route.ts';
import { type RemovalAnswer, removalRoutes } from './removal-routes.ts';
import type { RemovalProgress, Removals } from './removals.ts';

export interface RemovalApiOptions extends BearerOptions {
  readonly names: Pick<SqliteNameDirectory, 'lookup' | 'isOperator'>;
  readonly removals: Pick<Removals, 'remove' | 'cancel' | 'all'>;
}

export function removalApi(options: RemovalApiOptions): (server: FastifyInstance) => void {
  const { names, removals } = options;
  const { remove, list, cancel } = removalRoutes;
  return (server) => {
    server.delete(remove.path, async (request) => {
      const operator = await operatorOf(request, options);
      const { name } = parsePart(remove.params, request.params, 'address');
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
      return answerOf(await removals.remove(name, person, operator));
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
  };
}

function answerOf({ removal, progress }: RemovalProgress): RemovalAnswer {
  const { id, name, person, byName, begunAt } = removal;
  const { state, steps, done, step: underWay, trouble, reason } = progress;
  return {
    ...{ id, name, person, by: byName, begunAt, state },
    steps: steps.map((step, at) => ({
      name: step.name,
      state: step.name === underWay ? 'underWay' : at < done ? 'done' : 'waiting',
    })),
    ...(trouble === undefined ? {} : { trouble }),
    ...(reason === undefined ? {} : { reason }),
  };
}
