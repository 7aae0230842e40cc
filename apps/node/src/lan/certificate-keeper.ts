/** Keeps the node's certificate good while it runs: issued anew before it ends, and when addresses change. */
import { X509Certificate } from 'node:crypto';
import { type Authority, loadAuthority } from './authority.ts';
import type { LocalAddresses } from './local-addresses.ts';
import { issueServerCertificate, type ServerCertificate } from './server-certificate.ts';

export interface KeeperOptions {
  /** Where the authority is kept. */
  readonly authorityFile: string;
  readonly id: string;
  readonly addresses: () => LocalAddresses;
  readonly wallMs: () => number;
}

/** Issued anew when less than this is left. */
const renewBeforeMs = 30 * 86_400_000;

export class CertificateKeeper {
  readonly #options: KeeperOptions;
  readonly #authority: Authority;
  readonly #listeners: ((certificate: ServerCertificate) => void)[] = [];
  #current: ServerCertificate;
  #issuedFor: string;

  private constructor(
    options: KeeperOptions,
    authority: Authority,
    first: ServerCertificate,
    fitting: string,
  ) {
    this.#options = options;
    this.#authority = authority;
    this.#current = first;
    this.#issuedFor = fitting;
  }

  /** Throws `data_directory_unusable` or `database_corrupt`. */
  static async open(options: KeeperOptions): Promise<CertificateKeeper> {
    const { authorityFile: file, id, wallMs } = options;
    const addresses = options.addresses();
    const authority = await loadAuthority({ file, id, hostNames: addresses.names, wallMs });
    const first = await issueServerCertificate(authority, addresses, wallMs());
    return new CertificateKeeper(options, authority, first, JSON.stringify(addresses));
  }

  addresses(): LocalAddresses {
    return this.#options.addresses();
  }

  get current(): ServerCertificate {
    return this.#current;
  }

  /** The authority's certificate as DER, which every system can install. */
  get authorityDer(): Uint8Array {
    return new Uint8Array(this.#authority.certificate.rawData);
  }

  get authorityPem(): string {
    return this.#authority.certificate.toString('pem');
  }

  /** SHA-256 over the authority's certificate, as systems show it: `AB:CD:…`. */
  get fingerprint(): string {
    return new X509Certificate(this.authorityPem).fingerprint256;
  }

  /** Calls back with every certificate after the first. */
  onChange(listener: (certificate: ServerCertificate) => void): void {
    this.#listeners.push(listener);
  }

  /** Issues a new certificate when the present one does not fit any more. True when it did. */
  async refresh(): Promise<boolean> {
    const addresses = this.#options.addresses();
    const fitting = JSON.stringify(addresses);
    const nowMs = this.#options.wallMs();
    if (fitting === this.#issuedFor && this.#current.expiresAt - nowMs > renewBeforeMs) return false;
    this.#current = await issueServerCertificate(this.#authority, addresses, nowMs);
    this.#issuedFor = fitting;
    for (const listener of this.#listeners) listener(this.#current);
    return true;
  }
}
