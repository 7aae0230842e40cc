/** A certificate of one's own, from files: read at the start, and again when they were exchanged. */
import { readFile, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { TlsCredentials } from '@bothy/broker';
import { BothyError } from '@bothy/wire';

/** Programs that renew certificates replace the files and tell nobody. */
const lookMs = 60_000;

export interface OwnCertificateLog {
  info(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
}

export class OwnCertificate {
  readonly #files: readonly [certificate: string, key: string];
  #current: TlsCredentials;
  #seen: string;
  #looks: NodeJS.Timeout | undefined;

  private constructor(files: readonly [string, string], current: TlsCredentials, seen: string) {
    this.#files = files;
    this.#current = current;
    this.#seen = seen;
  }

  /** Throws `configuration_invalid` when a file cannot be read, or the two do not belong together. */
  static async open(files: readonly [certificate: string, key: string]): Promise<OwnCertificate> {
    const seen = await versionOf(files);
    return new OwnCertificate(files, await load(files), seen);
  }

  get current(): TlsCredentials {
    return this.#current;
  }

  /** Gives those that listen a new certificate when there is one; a broken one is logged, and the old one stays. */
  watch(servers: readonly { useCertificate(tls: TlsCredentials): void }[], log: OwnCertificateLog): void {
    this.#looks = setInterval(() => void this.look(servers, log), lookMs).unref();
  }

  async look(
    servers: readonly { useCertificate(tls: TlsCredentials): void }[],
    log: OwnCertificateLog,
  ): Promise<void> {
    try {
      const version = await versionOf(this.#files);
      if (version === this.#seen) return;
      this.#current = await load(this.#files);
      this.#seen = version;
      for (const server of servers) server.useCertificate(this.#current);
      log.info({ file: this.#files[0] }, 'a new certificate is in use');
    } catch (thrown) {
      log.error({ err: thrown }, 'the certificate of --tls cannot be used; the one before it stays');
    }
  }

  stop(): void {
    clearInterval(this.#looks);
  }
}

async function load([certificate, key]: readonly [string, string]): Promise<TlsCredentials> {
  try {
    const [cert, secret] = await Promise.all([readFile(certificate, 'utf8'), readFile(key, 'utf8')]);
    createSecureContext({ cert, key: secret });
    return { cert, key: secret };
  } catch (cause) {
    throw unusable(certificate, key, cause);
  }
}

async function versionOf(files: readonly [string, string]): Promise<string> {
  try {
    const both = await Promise.all(files.map((file) => stat(file)));
    return both.map(({ mtimeMs, size, ino }) => `${mtimeMs}:${size}:${ino}`).join(' ');
  } catch (cause) {
    throw unusable(...files, cause);
  }
}

function unusable(certificate: string, key: string, cause: unknown): BothyError {
  const why = cause instanceof Error ? cause.message.split(',')[0] : String(cause);
  const wanted = 'It takes a certificate (with those between it and its authority) and its key, both PEM.';
  return new BothyError(
    'configuration_invalid',
    `--tls cannot use ${certificate} with ${key}: ${why}. ${wanted}`,
    { cause },
  );
}
