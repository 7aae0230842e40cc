/** OpenAPI 3.1 of REST and OpenRPC of `/ws`, made from the schemas that requests are parsed by. */

import { closeCodes, closeSentences } from '@bothy/rooms/drivers/websocket';
import { liveParts, roomMethods, roomNotifications } from '@bothy/wire/schemas';
import * as z from 'zod/mini';
import type { RestRoute } from './rest-route.ts';

type Json = Readonly<Record<string, unknown>>;

function schemaOf(schema: z.ZodMiniType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io }) as Json;
  return rest;
}

/** Each member of an object schema, with whether it must be there. */
function membersOf(
  schema: z.ZodMiniType | undefined,
): { name: string; schema: unknown; required: boolean }[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    properties?: Json;
    required?: readonly string[];
  };
  return Object.entries(properties).map(([name, each]) => ({
    name,
    schema: each,
    required: required.includes(name),
  }));
}

const failure = {
  description: 'Refused: a code of docs/reference/errors.md, and a sentence that says what to do.',
  content: {
    'application/json': {
      schema: {
        type: 'object',
        properties: { code: { type: 'string' }, message: { type: 'string' } },
        required: ['code', 'message'],
      },
    },
  },
};

/** OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1). */
export function openApi(routes: readonly RestRoute[], version: string): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  const bearer = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' };
  return {
    openapi: '3.1.1',
    info: { title: 'Bothy', version },
    paths,
    components: { securitySchemes: { bearer } },
  };
}

function operationOf(route: RestRoute): Json {
  const { summary, access, params, query, body, fileBytes, answer } = route;
  const inPath = membersOf(params).map((each) => ({ ...each, in: 'path', required: true }));
  const inQuery = membersOf(query).map((each) => ({ ...each, in: 'query' }));
  const parameters = [...inPath, ...inQuery];
  const content =
    answer === undefined
      ? { '*/*': { schema: { type: 'string', format: 'binary' } } }
      : { 'application/json': { schema: schemaOf(answer, 'output') } };
  return {
    summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body === undefined ? {} : { requestBody: jsonBody(body) }),
    ...(fileBytes === undefined ? {} : { requestBody: fileBody(fileBytes) }),
    security: securityOf(access),
    responses: { 200: { description: 'Done.', content }, default: failure },
  };
}

function securityOf(access: RestRoute['access']): Json[] {
  if (access === 'anyone' || access === 'secret') return [];
  // An empty requirement: a token may be left out, where guests are let in.
  return access === 'read' || access === 'operatorOrGuest' ? [{ bearer: [] }, {}] : [{ bearer: [] }];
}

function jsonBody(body: z.ZodMiniType): Json {
  return { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } };
}

function fileBody(fileBytes: number): Json {
  return {
    required: true,
    content: { '*/*': { schema: { type: 'string', format: 'binary', maxLength: fileBytes } } },
  };
}

const liveMethods = [
  {
    method: 'telemetry.subscribe',
    summary: 'Follows sensors and alarms, in place of what was followed; ticks come from then on.',
    params: liveParts.telemetrySubscription,
    result: z.object({ snapshot: liveParts.telemetrySnapshot }),
  },
];
const liveNotifications = [
  {
    method: 'telemetry.tick',
    summary: 'What is new of all that is followed, in one frame.',
    params: liveParts.telemetryTick,
  },
  {
    method: 'alarm.changed',
    summary: 'An alarm opened, cleared or was dealt with; or a route has it shown.',
    params: liveParts.alarmChanged,
  },
];

/** OpenRPC 1.3 (https://spec.open-rpc.org); notifications and close codes as extensions, which it has no words for. */
export function openRpc(version: string): Json {
  return {
    openrpc: '1.3.2',
    info: { title: 'Bothy: rooms and live data over /ws, sub-protocol bothy.v1', version },
    methods: [...roomMethods, ...liveMethods].map(({ method, summary, params, result }) => ({
      name: method,
      summary,
      paramStructure: 'by-name',
      params: membersOf(params),
      result: { name: 'result', schema: schemaOf(result, 'output') },
    })),
    'x-notifications': [...roomNotifications, ...liveNotifications].map(({ method, summary, params }) => ({
      name: method,
      summary,
      params: schemaOf(params, 'output'),
    })),
    'x-close-codes': Object.entries(closeCodes).map(([reason, code]) => ({
      code,
      reason,
      sentence: closeSentences[reason as keyof typeof closeCodes],
      reconnect: code < 3500,
    })),
  };
}
