/** How the nodes of a cluster know each other: by a secret that all have, by certificates of one authority, or, on one machine, not at all. */
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { BothyError, type NodeId } from '@bothy/wire';

export type ClusterCredentialsOptions =
  /** At least 16 characters, the same at all nodes; better 24 random ones than a sentence. */
  | { readonly kind: 'secret'; readonly secret: string; readonly node: NodeId }
  /** The first line of a file is the secret. */
  | { readonly kind: 'secretFile'; readonly path: string; readonly node: NodeId }
  /** Paths of PEM files: this node's certificate with its chain, its key, and the cluster's authority. */
  | { readonly kind: 'files'; readonly cert: string; readonly key: string; readonly ca: string }
  /** Plain text, among the nodes of one machine. `insecure`: also beyond it. */
  | { readonly kind: 'none'; readonly insecure?: boolean };

export interface ClusterCredentials {
  /** PEM. Null for plain text. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string } | null;
  /** Certificates say which node has them: their common name is its id. */
  readonly named: boolean;
  /** Whether addresses beyond this machine may be listened on, and heard. */
  readonly beyondLoopback: boolean;
}

const leastSecretChars = 16;

/** Throws `configuration_invalid` for a secret that is too short, and for files that cannot be read or do not fit. */
export async function clusterCredentials(options: ClusterCredentialsOptions): Promise<ClusterCredentials> {
  switch (options.kind) {
    case 'none':
      return { tls: null, named: false, beyondLoopback: options.insecure === true };
    case 'files': {
      const [cert, key, ca] = await Promise.all([read(options.cert), read(options.key), read(options.ca)]);
      return usable({ cert, key, ca }, false);
    }
    case 'secretFile': {
      const [secret = ''] = (await read(options.path)).split(/\r?\n/, 1);
      return await fromSecret(secret, options.node);
    }
    case 'secret':
      return await fromSecret(options.secret, options.node);
  }
}

async function fromSecret(secret: string, node: NodeId): Promise<ClusterCredentials> {
  if ([...secret].length < leastSecretChars) {
    const sentence = `The cluster secret needs at least ${leastSecretChars} characters; make one with: openssl rand -base64 24`;
    throw new BothyError('configuration_invalid', sentence);
  }
  // The certificate library takes megabytes: a node without a secret does not load it.
  const { certificateFromSecret } = await import('./secret-authority.ts');
  return usable(await certificateFromSecret(secret, node), true);
}

function usable(tls: NonNullable<ClusterCredentials['tls']>, named: boolean): ClusterCredentials {
  try {
    createSecureContext(tls);
  } catch (error) {
    const sentence =
      'The certificate, the key and the authority of the cluster do not fit together, or are not PEM.';
    throw new BothyError('configuration_invalid', sentence, { cause: error });
  }
  return { tls, named, beyondLoopback: true };
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new BothyError('configuration_invalid', `${path} cannot be read.`, { cause: error });
  }
}
