/**
 * REST routes as data: what is asked, what is answered, and who may. The handlers parse by them, and the OpenAPI
 * document is made from them, so that neither can say what the other does not.
 */
import { BothyError, type ErrorCode } from '@bothy/wire';
import * as z from 'zod/mini';

export interface RestRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As Fastify writes it: `/api/v1/rooms/:room`. */
  readonly path: string;
  readonly summary: string;
  /**
   * `read`: a token, or nothing where guests are let in. `secret`: what the address or the body holds.
   * `operatorOrGuest`: a guest of this machine counts as who sits before it.
   */
  readonly access: 'anyone' | 'read' | 'token' | 'operator' | 'operatorOrGuest' | 'secret';
  readonly params?: z.ZodMiniObject;
  readonly query?: z.ZodMiniObject;
  /** Of JSON. */
  readonly body?: z.ZodMiniType;
  /** The body is a file: any media type, up to so many bytes. */
  readonly fileBytes?: number;
  /** Of JSON; undefined for a file. */
  readonly answer: z.ZodMiniType | undefined;
}

/** What a request holds, by the schemas of its route. Throws `bad_request`, or `payload_too_large` for a text. */
export function parsePart<T>(schema: z.ZodMiniType<T>, value: unknown, part: string): T {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const place = [part, ...(issue?.path ?? [])].join('.').slice(0, 80);
  const code: ErrorCode = issue?.message === 'payload_too_large' ? 'payload_too_large' : 'bad_request';
  throw new BothyError(code, `${place} is not as it should be. See /api/v1/openapi.json.`);
}

/** A whole number in a query, where everything is text. */
export function queryNumber(min: number, max: number = Number.MAX_SAFE_INTEGER): z.ZodMiniType<number> {
  return z.coerce.number().check(z.int(), z.gte(min), z.lte(max));
}
