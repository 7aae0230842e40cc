/** Joins removals to the parts of a node. */
import { join } from 'node:path';
import type { NodeBroker } from '@bothy/broker';
import type { Admission } from '@bothy/identity';
import { seededRandom } from '@bothy/protocols';
import { randomSeed } from '@bothy/runtime';
import { SqliteRemovals } from '@bothy/store';
import type { PersonId } from '@bothy/wire';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { BearerOptions } from '../bearer-token.ts';
import type { NodeConfig } from '../config.ts';
import type { AgreedNames } from '../directory/agreed-names.ts';
import type { KeptKeys } from '../directory/kept-keys.ts';
import type { RoomsHost } from '../rooms/rooms-host.ts';
import { type RemovalApiOptions, removalApi } from './removal-api.ts';
import { Removals } from './removals.ts';

/** Whoever gets back what was theirs needs no invitation. */
const asBefore: Admission<never> = { take: async () => undefined, giveBack: async () => {} };

export interface StartRemovalsOptions {
  readonly config: Pick<NodeConfig, 'data'>;
  readonly tokens: BearerOptions['tokens'];
  readonly names: RemovalApiOptions['names'];
  readonly agreed: Pick<AgreedNames, 'names'>;
  readonly keys: KeptKeys;
  readonly isStale: () => boolean;
  readonly broker: NodeBroker;
  readonly rooms: RoomsHost;
  readonly logs: { readonly names: Logger };
  readonly wallMs: () => number;
}

export interface RunningRemovals {
  readonly api: (server: FastifyInstance) => void;
  /** Once the rooms have begun: what was under way when the node ended goes on. */
  readonly begin: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Throws `data_directory_unusable` or `database_corrupt`. Nothing is done before `begin`. */
export async function openRemovals(options: StartRemovalsOptions): Promise<RunningRemovals> {
  const { config, tokens, names, agreed, keys, isStale, broker, rooms, wallMs } = options;
  const store = await SqliteRemovals.open({ file: join(config.data, 'removals.sqlite') });
  const log = options.logs.names;
  const removals = new Removals({
    store,
    log,
    wallMs,
    random: seededRandom(randomSeed()),
    ports: {
      keys,
      names: {
        lookup: (name) => names.lookup(name),
        release: (name) => agreed.names.release(name),
        bind: async (name, person) =>
          (await agreed.names.claimWith({ name, person }, asBefore)).kind === 'bound',
      },
      endSessions: (person) => signOff(broker, rooms, person),
      clearMailbox: (name, person) => broker.mailboxes.clear(name, person),
      rooms: {
        command: (actor, command) => rooms.command(actor, command),
        listed: () => (rooms.ready ? rooms.view?.rooms.map(({ id }) => id) : undefined),
        away: () => (rooms.view?.nodes ?? []).flatMap(({ id, health }) => (health === 'up' ? [] : [id])),
      },
    },
  });
  keys.onKeptOut((person) => {
    log.info({ person, name: keys.key(person)?.name }, 'the key of a removed person is kept out from now on');
    signOff(broker, rooms, person);
  });
  return {
    api: removalApi({
      ...{ tokens, names, removals, keys, isStale, wallMs },
      isKeptOut: (person) => keys.isOut(person),
      letIn: ({ person, name }, by) => log.info({ person, name, by }, 'an operator lets somebody in again'),
    }),
    begin: () => removals.begin(),
    stop: async () => {
      await removals.stop();
      await store.close();
    },
  };
}

/** Their name is not theirs any more: connections end, and what waits for a name is not for who had it. */
export function signOff(broker: NodeBroker, rooms: RoomsHost, person: PersonId): void {
  broker.endConnections(person);
  rooms.sockets.endSessions(person);
  // A disk that refuses it has been told of; the session expires, and may read nothing of the name meanwhile.
  broker.mailboxes.endSessions(person).catch(() => {});
}
