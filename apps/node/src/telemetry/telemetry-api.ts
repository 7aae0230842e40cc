/** `/api/v1` of monitoring: sensors, history and edges. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  BothyError,
  type EdgeControl,
  type EdgeId,
  liveLimits,
  type QuestionKind,
  type QuestionOf,
  type ReadingsQuery,
  type TelemetryAnswers,
  topics,
} from '@bothy/wire';
import { checkEdgeCommand, type ZoneOffset } from '@bothy/wire/schemas';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { operatorOf } from '../bearer-token.ts';
import { parsePart } from '../rest/rest-route.ts';
import { type AccessOptions, readerOf } from '../rest/room-access.ts';
import { noEdge } from './listed-alarms.ts';
import { rawCsv, rollupCsv } from './readings-csv.ts';
import { operatorOrGuest } from './telemetry-access.ts';
import type { TelemetryHost } from './telemetry-host.ts';
import { telemetryRoutes } from './telemetry-routes.ts';
import { timeOf } from './time-text.ts';

/** Answers at the node that keeps the edge, wherever that is. */
export interface TelemetryAnswering {
  ask<Kind extends QuestionKind>(question: QuestionOf<Kind>, edge: EdgeId): Promise<TelemetryAnswers[Kind]>;
  /** Readings of these sensors, in the order of their stamps at each edge's home. */
  rows(
    wanted: readonly SensorOf[],
    span: { readonly fromMs: number; readonly toMs: number },
  ): AsyncIterable<CsvReading>;
}

export interface SensorOf {
  readonly edge: EdgeId;
  readonly sensor: string;
}

export interface CsvReading extends SensorOf {
  readonly stampMs: number;
  readonly value: number;
  readonly unit: string;
}

export interface TelemetryApiOptions extends AccessOptions {
  /** Wakes monitoring. */
  readonly host: () => Promise<TelemetryHost>;
  readonly answering: TelemetryAnswering;
  /** Whether this may be a node of ours; at an outside broker nobody knows all of them. */
  readonly isNode: (node: string) => boolean;
  readonly zoneOffset: ZoneOffset;
  readonly publish: (topic: string, payload: string) => Promise<void>;
}

const hourMs = 3_600_000;

export function telemetryApi(options: TelemetryApiOptions): (server: FastifyInstance) => void {
  const { sensors, readings, edges, edge: oneEdge, command, forget, move } = telemetryRoutes;
  const { host, answering } = options;
  return (server) => {
    server.get(sensors.path, async (request) => {
      await readerOf(request, options);
      return { sensors: (await host()).desk.model.sensors() };
    });

    server.get(readings.path, async (request, reply) => {
      await readerOf(request, options);
      const query = parsePart(readings.query, request.query, 'query');
      const wanted = query.series.map(keyOf);
      const toMs = query.to === undefined ? options.wallMs() + 1 : timeOf('to', query.to, options.zoneOffset);
      const fromMs =
        query.from === undefined ? toMs - hourMs : timeOf('from', query.from, options.zoneOffset);
      if (fromMs >= toMs) throw new BothyError('bad_request', 'query.from must be before query.to.');
      if (query.format === 'csv' && (query.resolution === undefined || query.resolution === 'raw')) {
        return sendCsv(reply, Readable.from(rawCsv(answering.rows(wanted, { fromMs, toMs }))));
      }
      const points = query.points ?? (query.format === 'csv' ? liveLimits.points : 1_000);
      const resolution = query.resolution === undefined ? {} : { resolution: query.resolution };
      const series = await Promise.all(
        wanted.map(({ edge, sensor }) => {
          const asked: ReadingsQuery = { edge, sensor, fromMs, toMs, points, ...resolution };
          return answering.ask({ ask: 'series', query: asked }, edge);
        }),
      );
      return query.format === 'csv' ? sendCsv(reply, rollupCsv(series)) : { series };
    });

    server.get(edges.path, async (request) => {
      await readerOf(request, options);
      const { desk, cores } = await host();
      return { edges: desk.model.edges(), refusals: cores.ingest.refusals() };
    });

    server.get(oneEdge.path, async (request) => {
      await readerOf(request, options);
      const { edge } = parsePart(oneEdge.params, request.params, 'address');
      return await answering.ask({ ask: 'edge', edge }, edge);
    });

    server.post(command.path, async (request) => {
      await operatorOrGuest(request, options);
      const { edge } = parsePart(command.params, request.params, 'address');
      const body = parsePart(command.body, request.body, 'body');
      const checked = checkEdgeCommand(body.command);
      if (!checked.ok) throw new BothyError('bad_request', `body.command: ${checked.reason}`);
      const known = (await host()).edges.of(edge);
      if (known === undefined) throw noEdge(edge);
      if (known.kind === 'plain') {
        throw new BothyError('bad_request', `${edge} is a plain device: it takes no commands.`);
      }
      const control: EdgeControl = { kind: 'command', id: randomUUID(), command: checked.value };
      await options.publish(topics.edge(edge, 'control'), JSON.stringify(control));
      return { id: control.id };
    });

    server.delete(forget.path, async (request) => {
      const operator = await operatorOf(request, options);
      const { edge } = parsePart(forget.params, request.params, 'address');
      return await answering.ask({ ask: 'forget', edge, by: operator.name }, edge);
    });

    server.post(move.path, async (request) => {
      await operatorOf(request, options);
      const { edge } = parsePart(move.params, request.params, 'address');
      const { node = options.node } = parsePart(move.body, request.body, 'body');
      // An edge whose home is a slip of the pen has none.
      if (!options.isNode(node)) {
        throw new BothyError('bad_request', `No node of this cluster has the id ${node}.`);
      }
      const { home, epoch } = await (await host()).calls.move(edge, node);
      return { edge, home, epoch };
    });
  };
}

function sendCsv(reply: FastifyReply, body: string | Readable): FastifyReply {
  return reply
    .type('text/csv; charset=utf-8')
    .header('content-disposition', 'attachment; filename="readings.csv"')
    .send(body);
}

function keyOf(text: string): SensorOf {
  const [edge = '', sensor = '', ...rest] = text.split('/');
  const isKey = [edge, sensor].every((part) => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(part));
  if (isKey && rest.length === 0) return { edge, sensor };
  throw new BothyError('bad_request', `query.series is ${text.slice(0, 80)}; it must be edge/sensor.`);
}
