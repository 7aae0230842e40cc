/**
 * Whether a client says something in the name of an edge that it is not. A home checks that itself for clients of its
 * own; nodes believe each other, so what goes on to another node is checked where it comes in.
 */
import type { Principal } from '@bothy/identity';
import { type EdgeId, parseTelemetryTopic } from '@bothy/wire';
import * as z from 'zod/mini';

export interface SpeakersOptions {
  readonly isEnrolled: (edge: EdgeId) => boolean;
  /** The only node is the home of every edge: nothing has to be looked at twice. */
  readonly isAlone: () => boolean;
}

export type SpeaksForAnother = (who: Principal, topic: string, payload: Uint8Array) => string | undefined;

const named = z.object({ node: z.string() });

/** Answers with the reason to refuse it. What cannot be read passes: its home refuses it and shows it as an example. */
export function speaksForAnother({ isEnrolled, isAlone }: SpeakersOptions): SpeaksForAnother {
  return (who, topic, payload) => {
    if (who.kind !== 'edge' && who.kind !== 'guest') return undefined;
    const kind = parseTelemetryTopic(topic)?.kind;
    if ((kind !== 'reading' && kind !== 'event') || isAlone()) return undefined;
    const node = nodeOf(payload);
    if (node === undefined) return undefined;
    const isAnother = who.kind === 'edge' ? node !== who.id : isEnrolled(node);
    return isAnother ? `it speaks as ${node.slice(0, 64)}, and is somebody else` : undefined;
  };
}

function nodeOf(payload: Uint8Array): string | undefined {
  try {
    const parsed = named.safeParse(JSON.parse(Buffer.from(payload).toString('utf8')));
    return parsed.success ? parsed.data.node : undefined;
  } catch {
    return undefined;
  }
}
