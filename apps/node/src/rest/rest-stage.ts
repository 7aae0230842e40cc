/** The REST side of rooms on a real port, before a stand-in for the core. For tests. */
import { join } from 'node:path';
import { Broker } from '@bothy/broker';
import { generateKeyPair } from '@bothy/identity';
import { issueToken, type TokenSubject } from '@bothy/identity/tokens';
import { RoomFiles, SqliteWebhooks } from '@bothy/store';
import { temporaryFolder } from '@bothy/testkit';
import type { RoomActor, RoomCommand, RoomInfo, RoomResult } from '@bothy/wire';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { HttpServer } from '../http-server.ts';
import { type RoomsApiOptions, roomsApi } from '../rooms-api.ts';
import type { ClusterStatus } from './room-routes.ts';

export const room = 'a2b3c4d5e6f7g2h3i4j5';

/** Persons by name: the id is the name's first letter, over and over. */
export function personOf(name: string): string {
  return (name[0] ?? 'x').repeat(32);
}

export interface Asked {
  readonly actor: RoomActor;
  readonly command: RoomCommand;
  readonly trace: string | undefined;
}

export interface RestStage {
  readonly url: string;
  readonly asked: Asked[];
  /** What the stand-in says; a test may replace it. */
  answer: (asked: Asked) => RoomResult;
  /** Whether names still belong to whom they did. */
  released: Set<string>;
  nowMs: number;
  readonly server: HttpServer;
  tokenOf(name: string, role?: 'operator'): Promise<string>;
  close(): Promise<void>;
}

export const roomInfo: RoomInfo = {
  id: room,
  name: 'Hut',
  description: '',
  visibility: 'public',
  administrator: 'n1',
  memberCount: 1,
  state: 'available',
  epoch: 1,
  lastSeq: 9,
  pinned: [],
};

export const clusterStatus: ClusterStatus = {
  self: 'n1',
  nodes: [
    { id: 'n1', health: 'up', version: '0.1.0', webUrl: '', sessions: 1, rooms: 2, messagesPerSecond: 0.5 },
  ],
  rooms: [
    { id: room, name: 'Hut', visibility: 'public', administrator: 'n1', memberCount: 1, state: 'available' },
    {
      id: 'b2b3c4d5e6f7g2h3i4j5',
      name: 'Cellar',
      visibility: 'private',
      administrator: 'n1',
      memberCount: 1,
      state: 'available',
    },
  ],
  deletions: [],
};

export async function openRestStage(options: Partial<RoomsApiOptions> = {}): Promise<RestStage> {
  const folder = temporaryFolder();
  const wallMs = (): number => 1_700_000_000_000;
  const webhooks = await SqliteWebhooks.open({ file: join(folder.path, 'webhooks.sqlite'), wallMs });
  const files = await RoomFiles.open({ folder: join(folder.path, 'files'), wallMs });
  const refused = { ok: false, code: 'notAuthorized', reason: 'nobody' } as const;
  const broker = await Broker.start({ authenticate: async () => refused });
  const tokens = { node: 'n1', keyPair: await generateKeyPair(true) };
  const state = {
    asked: [] as Asked[],
    answer: (): RoomResult => ({ ok: false, code: 'internal', message: 'No answer was set.' }),
    released: new Set<string>(),
    nowMs: 0,
  } as Omit<RestStage, 'url' | 'server' | 'tokenOf' | 'close'>;
  const lookup = async (name: string) => (state.released.has(name) ? undefined : personOf(name));
  const api = roomsApi({
    node: 'n1',
    version: '0.1.0',
    tokens,
    names: { lookup },
    isKeptOut: () => false,
    guests: { onlyLocal: () => true, allowGuests: false },
    command: async (actor, command, trace) => {
      const asked = { actor, command, trace };
      state.asked.push(asked);
      return state.answer(asked);
    },
    rooms: { stored: async () => ({ kind: 'entries', entries: [] }) },
    webhooks,
    files,
    readRemoteFile: async () => undefined,
    cluster: () => clusterStatus,
    forgetNode: async () => false,
    webUrl: () => url,
    monoMs: () => state.nowMs,
    wallMs,
    ...options,
  });
  const server = new HttpServer({
    broker,
    guard: { check: () => undefined, ally: () => undefined },
    metrics: new Registry(),
    log: pino({ enabled: false }),
    webFolder: undefined,
    ready: () => true,
    api,
  });
  const url = `http://127.0.0.1:${await server.listen({ host: '127.0.0.1', port: 0 })}`;
  return Object.assign(state, {
    url,
    server,
    tokenOf: async (name: string, role?: 'operator') => {
      const subject: TokenSubject = { person: personOf(name), device: 'a'.repeat(16), name, role };
      return (await issueToken(tokens, subject, wallMs())).token;
    },
    close: async () => {
      await server.stop();
      await broker.stop();
      await webhooks.close();
      await files.close();
      folder.remove();
    },
  });
}
