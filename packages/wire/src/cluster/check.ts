/** Checks plain data against a schema, and JSON within a field. */
import type * as z from 'zod/mini';
import { roomLimits } from '../rooms/room-limits.ts';
import type { Parsed } from '../schemas/parse.ts';
import { nestsDeeper } from '../schemas/room-request.ts';
import type { LinkMessage } from './link-message.ts';

/** `what` names the value in the reason. */
export function check<T>(schema: z.ZodMiniType<T>, value: unknown, what: string): Parsed<T> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const path = [what, ...(result.error.issues[0]?.path ?? [])].map(String).join('.');
  return { ok: false, reason: `${path.slice(0, 120)} is not as it should be` };
}

type MessageOf<Kind> = Extract<LinkMessage, { readonly kind: Kind }>;

/** Gives fields their kind, and checks the message that they are. */
export function ofKind<Kind extends LinkMessage['kind']>(
  kind: Kind,
  schema: z.ZodMiniType,
  fields: object,
): Parsed<MessageOf<Kind>> {
  return check(schema as z.ZodMiniType<MessageOf<Kind>>, { ...fields, kind }, kind);
}

/** The object that JSON text holds; undefined when it holds something else, or nests too deep. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  // Before parsing: what is refused for its depth need not be built.
  if (nestsDeeper(text, roomLimits.nesting)) return undefined;
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
