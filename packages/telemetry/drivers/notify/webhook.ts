/** Tells a web server of alarms: one POST for each delivery. */
import type { AttemptResult, Delivery } from '../../core/index.ts';
import { deliveryText } from '../../core/index.ts';
import { webhookHeaders } from './webhook-signature.ts';

export interface WebhookOptions {
  /** The id of this node. */
  readonly node: string;
  readonly wallMs: () => number;
  /** For the whole: to connect, send and hear the first line of the answer. @default 10000 */
  readonly timeoutMs?: number;
}

export interface WebhookTarget {
  readonly url: string;
  readonly secret?: string;
}

/** What is sent, as JSON. */
export interface WebhookPayload {
  readonly v: 1;
  /** The same at every attempt: who has it already has it. */
  readonly id: string;
  readonly node: string;
  readonly route: string;
  /** ISO 8601. */
  readonly madeAt: string;
  /** For people, a line for each alarm. */
  readonly text: string;
  readonly alarms: Delivery['lines'];
  /** Ids of alarms that there was no room for. */
  readonly more: readonly string[];
}

/** Of an answer that says no, for the history. */
const mostAnswerBytes = 1_024;
const mostAnswerChars = 120;

/**
 * Any 2xx is a yes. A redirect is not followed: it would lead where no operator has sent us. 410 means never again;
 * everything else is tried again later. Rejects never.
 */
export async function tellWebhook(
  target: WebhookTarget,
  delivery: Delivery,
  { node, wallMs, timeoutMs = 10_000 }: WebhookOptions,
): Promise<AttemptResult> {
  const body = Buffer.from(JSON.stringify(payloadOf(delivery, node)), 'utf8');
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'bothy',
    ...webhookHeaders(delivery.id, body, target.secret, wallMs()),
  };
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(target.url, { method: 'POST', body, headers, redirect: 'manual', signal });
    if (response.ok) {
      await response.body?.cancel();
      return { ok: true };
    }
    return await refused(response);
  } catch (thrown) {
    return { ok: false, sentence: reasonOf(thrown, timeoutMs) };
  }
}

function payloadOf(delivery: Delivery, node: string): WebhookPayload {
  const { id, route, madeMs, lines, more } = delivery;
  const madeAt = new Date(madeMs).toISOString();
  return { v: 1, id, node, route, madeAt, text: deliveryText(delivery, false), alarms: lines, more };
}

async function refused(response: Response): Promise<AttemptResult> {
  const { status } = response;
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    return {
      ok: false,
      sentence: `answered ${status}, a redirect, which is not followed: write the new address`,
    };
  }
  const said = await firstLine(response.body);
  const sentence = `answered ${status}${said === '' ? '' : `: ${said}`}`;
  return status === 410 ? { ok: false, sentence, isFinal: true } : { ok: false, sentence };
}

/** No more of it is read, however much comes. */
async function firstLine(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= mostAnswerBytes) break;
  }
  const text = Buffer.concat(chunks).subarray(0, mostAnswerBytes).toString('utf8');
  // What moves a terminal's cursor must not come into a log or onto a screen.
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.slice(0, mostAnswerChars);
}

function reasonOf(thrown: unknown, timeoutMs: number): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (thrown.name === 'TimeoutError') return `no answer within ${timeoutMs / 1_000} s`;
  const { cause } = thrown;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code === undefined ? thrown.message : `cannot be reached: ${code}`;
}
