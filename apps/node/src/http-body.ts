/** Bodies of requests as text. */

const decoder = new TextDecoder('utf-8', { fatal: true });

/** The text of a body, without a mark of its byte order; undefined when it is not UTF-8, for it would be stored with holes. */
export function utf8Of(body: string | Buffer): string | undefined {
  if (typeof body === 'string') return body;
  try {
    return decoder.decode(body);
  } catch {
    return undefined;
  }
}
