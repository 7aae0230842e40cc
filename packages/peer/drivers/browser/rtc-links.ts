/** All links of this device, by the id that the core gave them. */
import type { RtcEvent, RtcOperation } from '@bothy/peer/core';
import type { ErrorCode, Frame, VerifiedFrame } from '@bothy/wire';
import type { DeviceDirectory } from './device-directory.ts';
import { RtcLink } from './rtc-link.ts';

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
  readonly events: RtcLinksEvents;
}

export class RtcLinks {
  readonly #options: RtcLinksOptions;
  readonly #links = new Map<string, RtcLink>();

  constructor(options: RtcLinksOptions) {
    this.#options = options;
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
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }

  #open(id: string): void {
    this.#links.get(id)?.close();
    const { devices, events, iceServers = [] } = this.#options;
    try {
      const link = new RtcLink({
        iceServers,
        devices,
        event: (event) => events.event(id, event),
        frame: (frame) => events.frame(id, frame),
        refused: (refusal) => events.refused(refusal.code, refusal.message),
      });
      this.#links.set(id, link);
    } catch (thrown) {
      // Too many connections in this page, or a server that cannot be one.
      events.refused('peer_unreachable', `The browser does not make another link: ${String(thrown)}`);
      events.event(id, { kind: 'connection', state: 'failed' });
    }
  }
}
