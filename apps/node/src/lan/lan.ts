/** What a node adds for the local network: its certificate, kept good, and the guide to installing the authority. */
import { join } from 'node:path';
import type { TlsCredentials } from '@bothy/broker';
import type { NodeConfig } from '../config.ts';
import { hostsOf, requestGuard } from '../request-guard.ts';
import { CertificateKeeper } from './certificate-keeper.ts';
import { GuideServer } from './guide-server.ts';
import { type LocalAddresses, localAddresses, reachedAt } from './local-addresses.ts';

export interface LanInfo {
  /** Every address of the web app, the easiest first. */
  readonly webUrls: readonly string[];
  /** The page that shows how to install the authority, by plain HTTP. */
  readonly guideUrl: string;
  /** SHA-256 of the authority's certificate: `AB:CD:…`. */
  readonly fingerprint: string;
  /** The authority's certificate, PEM. */
  readonly authority: string;
  /** Looks for changed addresses now instead of within a minute. True when there is a new certificate. */
  refresh(): Promise<boolean>;
}

export interface LanRequest {
  readonly config: NodeConfig;
  readonly wallMs: () => number;
  readonly addresses: (() => LocalAddresses) | undefined;
}

/** Throws `data_directory_unusable` or `database_corrupt`. */
export async function openLan({ config, wallMs, addresses }: LanRequest): Promise<CertificateKeeper> {
  const authorityFile = join(config.data, 'authority.json');
  return await CertificateKeeper.open({
    authorityFile,
    id: config.id,
    addresses: addresses ?? localAddresses,
    wallMs,
  });
}

export interface GuideRequest {
  readonly config: NodeConfig;
  readonly lan: CertificateKeeper;
  readonly webPort: number;
  /** Who shows the certificate. */
  readonly servers: readonly { useCertificate(tls: TlsCredentials): void }[];
  readonly log: {
    info(fields: object, sentence: string): void;
    error(fields: object, sentence: string): void;
  };
}

export interface RunningGuide {
  readonly info: LanInfo;
  stop(): Promise<void>;
}

/** A machine that changes its network is reached again within this time. */
const refreshMs = 60_000;

/** Throws `address_in_use`. */
export async function startGuide(request: GuideRequest): Promise<RunningGuide> {
  const { config, lan, webPort, servers, log } = request;
  let port = 0;
  const hosts = (): string[] => {
    const names = config.hosts.map((host) => `${host.replace(/:\d+$/, '')}:${port}`);
    return [...hostsOf(config.guide.host, port), ...names];
  };
  const reached = reachedAt(config.http.host, lan.addresses());
  const [first = 'localhost'] = reached;
  const guard = requestGuard(hosts);
  const server = new GuideServer({ authority: lan, guard, webPort, coveredHost: first });
  port = await server.listen(config.guide);
  lan.onChange((certificate) => {
    for (const each of servers) each.useCertificate(certificate);
    log.info(
      { expiresAt: certificate.expiresAt },
      'a new certificate: addresses changed or the old one ended',
    );
  });
  const watch = setInterval(() => {
    lan.refresh().catch((error: unknown) => log.error({ err: error }, 'no new certificate could be issued'));
  }, refreshMs);
  watch.unref();
  return {
    info: {
      webUrls: reached.map((host) => `https://${host}:${webPort}`),
      guideUrl: `http://${first}:${port}/trust`,
      fingerprint: lan.fingerprint,
      authority: lan.authorityPem,
      refresh: () => lan.refresh(),
    },
    stop: async () => {
      clearInterval(watch);
      await server.stop();
    },
  };
}
