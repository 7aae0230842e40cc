/** What a request that got no answer is told as. */
import { BothyError } from '@bothy/wire';

/** Why nothing came back: nobody is there, or who is there cannot be trusted. */
export function unreachable(url: string, thrown: unknown): BothyError {
  const { cause } = thrown as { readonly cause?: { readonly code?: unknown } };
  const isUntrusted = typeof cause?.code === 'string' && untrusted.test(cause.code);
  const sentence = isUntrusted
    ? `The certificate of ${url} is of an authority that this program does not trust. NODE_EXTRA_CA_CERTS=<file> names one that it does.`
    : `No node answers at ${url}. Is it running? "bothy up" starts one.`;
  return new BothyError('node_unreachable', sentence, { cause: thrown });
}

/** What Node calls certificates that nobody vouches for. */
const untrusted = /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/;
