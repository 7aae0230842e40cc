/**
 * Plain HTTP beside HTTPS: it shows how to install the authority, hands out its certificate, and sends everything
 * else to HTTPS. Nothing secret passes here; who changes it on the way is found out by the fingerprint.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { BothyError } from '@bothy/wire';
import type { ListenAddress } from '../config.ts';
import type { RequestGuard } from '../request-guard.ts';
import { guidePage, guideStyle } from './guide-page.ts';
import { isPrivate } from './local-addresses.ts';

export interface GuideServerOptions {
  readonly authority: { readonly authorityDer: Uint8Array; readonly fingerprint: string };
  readonly guard: RequestGuard;
  /** A host that the certificate covers, for who came by an address that it cannot cover. */
  readonly coveredHost: string;
  /** The port of the web app, by HTTPS. */
  readonly webPort: number;
}

const headers = {
  'content-security-policy': "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-cache',
};

export class GuideServer {
  readonly #options: GuideServerOptions;
  readonly #server: Server;

  constructor(options: GuideServerOptions) {
    this.#options = options;
    this.#server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) =>
      this.#answer(request, response),
    );
    this.#server.maxConnections = 200;
  }

  /** Throws `address_in_use`. Returns the port. */
  async listen({ host, port }: ListenAddress): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (cause: NodeJS.ErrnoException) => {
        const taken = cause.code === 'EADDRINUSE';
        const what = `The guide cannot listen on ${host}:${port}: ${taken ? 'the port is in use' : cause.message}.`;
        const code = taken ? 'address_in_use' : 'configuration_invalid';
        reject(new BothyError(code, `${what} Choose another with --guide.`, { cause }));
      });
      this.#server.listen(port, host, resolve);
    });
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const refusal = this.#options.guard.check(request.headers);
    if (refusal !== undefined) return send(response, 403, 'text/plain', refusal);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return send(response, 405, 'text/plain', 'Use the https address.');
    }
    const { authority, webPort, coveredHost } = this.#options;
    const asked = hostOf(request);
    const address = asked.replaceAll(/[[\]]/g, '');
    const covered = isIP(address) === 0 || isPrivate(address);
    const web = `https://${covered ? asked : coveredHost}:${webPort}`;
    const url = request.url ?? '/';
    switch (url.split('?')[0]) {
      case '/trust':
        return send(response, 200, 'text/html', guidePage({ fingerprint: authority.fingerprint, web }));
      case '/trust.css':
        return send(response, 200, 'text/css', guideStyle);
      case '/bothy-authority.crt':
        return send(response, 200, 'application/x-x509-ca-cert', authority.authorityDer);
      default:
        // The host is one of ours, so this leads nowhere else.
        response.writeHead(307, { ...headers, location: web + (url.startsWith('/') ? url : '/') }).end();
    }
  }
}

/** Without the port. The guard has seen it. */
function hostOf({ headers: { host = 'localhost' } }: IncomingMessage): string {
  return host.replace(/:\d+$/, '');
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  const charset = type.startsWith('text/') ? '; charset=utf-8' : '';
  response.writeHead(status, { ...headers, 'content-type': type + charset }).end(body);
}
