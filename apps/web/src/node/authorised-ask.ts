/** REST of the node that this tab talks with, as who one is. A token that has ended is replaced once. */
import { BothyError } from '@bothy/wire';
import { ask } from './node-client.ts';

export interface NodeAccess {
  /** Origin of the node; empty for the one that served the page. */
  readonly base: () => string;
  readonly token: (again?: boolean) => Promise<string>;
}

/** Rejects with the node's own refusal, or `broker_unreachable`. */
export async function askAs(
  access: NodeAccess,
  path: string,
  method = 'GET',
  body?: unknown,
  timeoutMs?: number,
): Promise<unknown> {
  return await withToken(access, (authorization) => {
    if (body === undefined)
      return ask(path, { method, headers: { authorization } }, access.base(), timeoutMs);
    const headers = { authorization, 'content-type': 'application/json' };
    return ask(path, { method, headers, body: JSON.stringify(body) }, access.base(), timeoutMs);
  });
}

/** `once` is given the header; it is asked again with a new one when it rejects with `unauthorized`. */
export async function withToken<T>(
  access: NodeAccess,
  once: (authorization: string) => Promise<T>,
): Promise<T> {
  try {
    return await once(`Bearer ${await access.token()}`);
  } catch (thrown) {
    if (BothyError.from(thrown).code !== 'unauthorized') throw thrown;
    return await once(`Bearer ${await access.token(true)}`);
  }
}
