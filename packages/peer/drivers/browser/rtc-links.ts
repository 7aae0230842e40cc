/** All links of this device, by the id that the core gave them. */
import type { RtcEvent, RtcOperation } from '@bothy/peer/core';
import type { Clock, Timers } from '@bothy/runtime';
import type { ErrorCode, Frame, VerifiedFrame } from '@bothy/wire';
import type { DeviceDirectory } from './device-directory.ts';
import { RtcLink } from './rtc-link.ts';
import { makeConnection, type PreparedConnection, SpareConnections } from './spare-connections.ts';

export interface RtcLinksEvents {
  readonly event: (link: string, event: RtcEvent) => void;
  /** Entries in it are verified. */
  readonly frame: (link: string, frame: VerifiedFrame) => void;
  readonly refused: (code: ErrorCode, message: string) => void;
}

export interface RtcLinksOptions {
  readonly devices: DeviceDirectory;
  /**
   * STUN and TURN servers. None by default: nothing outside is ever asked unless somebody chose it.
   * @default []
   */
  readonly iceServers?: readonly RTCIceServer[];
  /** With them, connections are made ahead and kept fresh. @default none is made before it is needed */
  readonly ahead?: { readonly clock: Clock; readonly timers: Timers };
  readonly events: RtcLinksEvents;
}

/** What browsers take by themselves. */
const dtlsKey: EcKeyGenParams = { name: 'ECDSA', namedCurve: 'P-256' };

export class RtcLinks {
  readonly #options: RtcLinksOptions;
  readonly #links = new Map<string, RtcLink>();

  /** One key for the DTLS of all links of this start: making one takes longer than everything else of a connection. */
  #certificate: RTCCertificate | null = null;
  readonly #spares: SpareConnections | undefined;

  constructor(options: RtcLinksOptions) {
    this.#options = options;
    const { ahead, iceServers = [] } = options;
    const describe = iceServers.length === 0;
    const make = (): Omit<PreparedConnection, 'described'> => this.#make();
    this.#spares = ahead && new SpareConnections({ ...ahead, describe, make });
    RTCPeerConnection.generateCertificate(dtlsKey)
      .then(
        (certificate) => {
          this.#certificate = certificate;
        },
        // Then each connection makes its own, as it would without us.
        () => {},
      )
      .then(() => this.#spares?.fill());
  }

  /** The network may be another than before: nothing that was prepared on the old one is used. */
  networkChanged(): void {
    this.#spares?.renew();
  }

  /** Does one operation to one link. What belongs to a link that was closed is passed over. */
  perform(link: string, operation: RtcOperation): void {
    switch (operation.kind) {
      case 'open':
        return this.#open(link);
      case 'close':
        this.#links.get(link)?.close();
        this.#links.delete(link);
        return;
      default:
        this.#links.get(link)?.perform(operation);
    }
  }

  /** Sends a frame on an open link; dropped when there is none, for sync repeats it. */
  send(link: string, frame: Frame): void {
    this.#links.get(link)?.send(frame);
  }

  /** Closes every link; nothing is reported any more. */
  stop(): void {
    this.#spares?.stop();
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  #make(): Omit<PreparedConnection, 'described'> {
    const certificates = this.#usableCertificate();
    const iceServers = [...(this.#options.iceServers ?? [])];
    return makeConnection({ iceServers, ...(certificates.length > 0 && { certificates }) });
  }

  /** Certificates run out; a connection with one that has is refused. */
  #usableCertificate(): RTCCertificate[] {
    const certificate = this.#certificate;
    return certificate !== null && certificate.expires > Date.now() + 86_400_000 ? [certificate] : [];
  }

  #open(id: string): void {
    this.#links.get(id)?.close();
    const { devices, events } = this.#options;
    const link = new RtcLink({
      connect: (use) => this.#connect(id, use),
      devices,
      event: (event) => events.event(id, event),
      frame: (frame) => events.frame(id, frame),
      refused: (refusal) => events.refused(refusal.code, refusal.message),
    });
    this.#links.set(id, link);
  }

  #connect(id: string, use: 'offer' | 'answer'): PreparedConnection {
    try {
      return this.#spares?.take(use) ?? { ...this.#make(), described: false };
    } catch (thrown) {
      // Too many connections in this page, or a server that cannot be one.
      const { events } = this.#options;
      events.refused('peer_unreachable', `The browser does not make another link: ${String(thrown)}`);
      events.event(id, { kind: 'connection', state: 'failed' });
      throw thrown;
    }
  }
}
