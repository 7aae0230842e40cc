/**
 * Signs what a webhook is sent, as the Standard Webhooks specification 1.0 says (github.com/standard-webhooks), so that
 * receivers can use the libraries that there are: HMAC-SHA256 over `id.timestamp.body`, the exact bytes.
 */
import { createHmac } from 'node:crypto';

export interface WebhookHeaders {
  readonly 'webhook-id': string;
  /** Unix seconds: when this attempt was made. */
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature'?: string;
}

/** Without a secret there is no signature: the receiver then knows nothing but the address. */
export function webhookHeaders(
  id: string,
  body: Uint8Array,
  secret: string | undefined,
  wallMs: number,
): WebhookHeaders {
  const timestamp = String(Math.floor(wallMs / 1_000));
  const head = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (secret === undefined) return head;
  const mac = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body);
  return { ...head, 'webhook-signature': `v1,${mac.digest('base64')}` };
}

/** `whsec_` and base64, as such secrets are handed out; anything else is taken as the text that it is. */
function keyOf(secret: string): Buffer {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  return base64 === undefined ? Buffer.from(secret, 'utf8') : Buffer.from(base64, 'base64');
}
