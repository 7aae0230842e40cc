/** What HTTP answers when something fails: one of our codes and a sentence, also where a request never became one. */
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { BothyError, type ErrorCode } from '@bothy/wire';

/** HTTP status of each code that a route may answer with. */
export const statusOf: Partial<Record<ErrorCode, number>> = {
  bad_request: 400,
  name_invalid: 400,
  unauthorized: 401,
  bad_signature: 401,
  replayed: 401,
  forbidden: 403,
  origin_refused: 403,
  registration_closed: 403,
  invitation_required: 403,
  invitation_invalid: 403,
  person_removed: 403,
  not_a_member: 403,
  not_the_owner: 403,
  banned: 403,
  not_found: 404,
  room_not_found: 404,
  target_not_found: 404,
  name_taken: 409,
  room_busy: 409,
  message_id_reused: 409,
  limit_reached: 409,
  room_deleted: 410,
  payload_too_large: 413,
  rate_limited: 429,
  administrator_unreachable: 503,
  node_unreachable: 503,
  directory_unavailable: 503,
  broker_unreachable: 503,
  storage_failed: 503,
};

/** What people meet who send a body with a tool's defaults; by the codes of Fastify. */
const bodySentences = new Map([
  [
    'FST_ERR_CTP_INVALID_MEDIA_TYPE',
    'This address takes JSON. Send the header `content-type: application/json`.',
  ],
  ['FST_ERR_CTP_INVALID_JSON_BODY', 'The body is not JSON.'],
]);

/** Errors of Fastify itself (a body too large, JSON that is none) become ours; nothing inside is shown. */
export function errorOf(thrown: unknown): BothyError {
  if (thrown instanceof BothyError) return thrown;
  const { statusCode: status, code } = thrown as { statusCode?: unknown; code?: unknown };
  if (status === 413)
    return new BothyError('payload_too_large', 'The request is larger than this address takes.');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    const sentence = bodySentences.get(String(code)) ?? 'The request is not well formed.';
    return new BothyError('bad_request', sentence, { cause: thrown });
  }
  return new BothyError('internal', 'The node failed to answer. Its log says more.', { cause: thrown });
}

/** Answers what Node could not read as a request, by its code of that, and hangs up. */
export function answerBrokenRequest(code: string | undefined, socket: Duplex): void {
  if (!socket.writable) return void socket.destroy();
  const [status, error] = brokenRequest(code);
  const body = JSON.stringify(error);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function brokenRequest(code: string | undefined): [status: number, BothyError] {
  if (code === 'HPE_HEADER_OVERFLOW') {
    const sentence = 'The address and the headers of a request are 16 KiB together at most.';
    return [431, new BothyError('payload_too_large', sentence)];
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return [408, new BothyError('bad_request', 'The request did not come to its end in time. Send it anew.')];
  }
  return [400, new BothyError('bad_request', 'That is no request of HTTP/1.1.')];
}
