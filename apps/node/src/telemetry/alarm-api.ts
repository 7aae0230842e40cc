/** `/api/v1/alarms`: what is wrong, its history, and what people do about it. */
import { type Alarm, type AlarmCommand, BothyError, type EdgeId } from '@bothy/wire';
import { parseAlarmCommand } from '@bothy/wire/schemas';
import type { FastifyInstance } from 'fastify';
import { parsePart } from '../rest/rest-route.ts';
import { readerOf } from '../rest/room-access.ts';
import { newestFirst } from './listed-alarms.ts';
import { personOrNamedGuest } from './telemetry-access.ts';
import type { TelemetryApiOptions } from './telemetry-api.ts';
import { telemetryRoutes } from './telemetry-routes.ts';

const defaultLimit = 200;

export function alarmApi(options: TelemetryApiOptions): (server: FastifyInstance) => void {
  const { alarms, alarm: one, acknowledge, shelve, unshelve, note } = telemetryRoutes;
  const { host, answering } = options;
  return (server) => {
    server.get(alarms.path, async (request) => {
      await readerOf(request, options);
      const { state = 'open', edge, limit = defaultLimit } = parsePart(alarms.query, request.query, 'query');
      const awake = await host();
      const open = awake.openAlarms();
      const isWanted = (alarm: Alarm): boolean => edge === undefined || alarm.edge === edge;
      if (state === 'open') return { alarms: newestFirst(open.filter(isWanted)).slice(0, limit) };
      if (edge !== undefined) return await answering.ask({ ask: 'alarms', edge, limit }, edge);
      // Of other nodes only what is open is known here; what is over is asked for by edge.
      const known = new Map([...open, ...awake.cores.alarms.all()].map((each) => [each.id, each]));
      return { alarms: newestFirst([...known.values()]).slice(0, limit) };
    });

    server.get(one.path, async (request) => {
      await readerOf(request, options);
      const { alarm } = parsePart(one.params, request.params, 'address');
      return await answering.ask({ ask: 'alarm', alarm }, edgeOf(alarm));
    });

    const commands = { acknowledge, shelve, unshelve, note };
    for (const [name, route] of Object.entries(commands)) {
      server.post(route.path, async (request) => {
        const { alarm } = parsePart(route.params, request.params, 'address');
        const { by, ...fields } = parsePart(route.body, request.body, 'body');
        const person = await personOrNamedGuest(request, by, options);
        const command = commandOf({ name, ...fields });
        return await answering.ask({ ask: 'alarmCommand', alarm, by: person, command }, edgeOf(alarm));
      });
    }
  };
}

function commandOf(data: Readonly<Record<string, unknown>>): AlarmCommand {
  const parsed = parseAlarmCommand(data);
  if (!parsed.ok) throw new BothyError('bad_request', parsed.reason);
  return parsed.value;
}

/** Ids begin with the edge, whose home keeps them. */
function edgeOf(alarm: string): EdgeId {
  return alarm.slice(0, alarm.indexOf('~'));
}
