/** One RTCPeerConnection: does what the core says, in order, and reports what happens to it. */
import type { RtcEvent, RtcOperation } from '@bothy/peer/core';
import type { Candidate, Frame, VerifiedFrame } from '@bothy/wire';
import type { DeviceDirectory } from './device-directory.ts';
import type { Refusal } from './entry-verifier.ts';
import { FrameChannel } from './frame-channel.ts';
import { SerialQueue } from './serial-queue.ts';
import type { PreparedConnection } from './spare-connections.ts';

export interface RtcLinkOptions {
  /** A connection to make an offer, or to answer one. Throws what the browser throws when it makes no more. */
  readonly connect: (use: 'offer' | 'answer') => PreparedConnection;
  readonly devices: DeviceDirectory;
  readonly event: (event: RtcEvent) => void;
  readonly frame: (frame: VerifiedFrame) => void;
  readonly refused: (refusal: Refusal) => void;
}

/** Operations that wait for those before them. The core has at most a few dozen candidates on their way. */
const maxOperations = 512;

type Negotiation = Exclude<RtcOperation, { kind: 'open' | 'close' }>;

export class RtcLink {
  readonly #options: RtcLinkOptions;
  readonly #operations: SerialQueue;
  /** Taken with the first operation, which tells what for. */
  #made: { readonly connection: RTCPeerConnection; readonly channel: FrameChannel } | null = null;
  #closed = false;

  constructor(options: RtcLinkOptions) {
    this.#options = options;
    this.#operations = new SerialQueue(maxOperations, (thrown) => {
      this.#options.refused({ code: 'internal', message: `A link failed: ${String(thrown)}` });
    });
  }

  perform(operation: Negotiation): void {
    if (this.#operations.add(() => this.#run(operation))) return;
    const failed = operation.kind === 'restartIce' ? 'setLocalDescription' : operation.kind;
    this.#report({ kind: 'operationFailed', operation: failed, reason: 'too many operations wait' });
  }

  send(frame: Frame): void {
    this.#made?.channel.send(frame);
  }

  /** Nothing is reported any more. */
  close(): void {
    this.#closed = true;
    this.#operations.clear();
    if (this.#made === null) return;
    const { connection, channel } = this.#made;
    channel.end();
    connection.onnegotiationneeded = null;
    connection.onicecandidate = null;
    connection.onconnectionstatechange = null;
    connection.close();
  }

  /** Every handler is attached before the other side's description, which is the first thing that can go wrong. */
  #make(use: 'offer' | 'answer'): PreparedConnection {
    const made = this.#options.connect(use);
    const { connection } = made;
    connection.onnegotiationneeded = () => this.#report({ kind: 'negotiationNeeded' });
    connection.onicecandidate = ({ candidate }) => {
      this.#report({ kind: 'candidate', candidate: candidate === null ? null : plain(candidate) });
    };
    connection.onconnectionstatechange = () => {
      const state = connection.connectionState;
      if (state !== 'new') this.#report({ kind: 'connection', state });
    };
    const channel = new FrameChannel({
      channel: made.channel,
      devices: this.#options.devices,
      opened: () => this.#report({ kind: 'channel', state: 'open' }),
      closed: () => this.#report({ kind: 'channel', state: 'closed' }),
      frame: (frame) => {
        if (!this.#closed) this.#options.frame(frame);
      },
      refused: this.#options.refused,
    });
    this.#made = { connection, channel };
    return made;
  }

  async #run(operation: Negotiation): Promise<void> {
    if (this.#closed) return;
    try {
      const fresh = this.#made === null ? this.#make(isOffer(operation) ? 'offer' : 'answer') : undefined;
      const connection = fresh?.connection ?? this.#made?.connection;
      if (connection === undefined) return;
      switch (operation.kind) {
        case 'setLocalDescription': {
          if (fresh?.described !== true) await connection.setLocalDescription();
          const description = connection.localDescription;
          if (description?.type !== 'offer' && description?.type !== 'answer') {
            throw new Error('there is no local description');
          }
          return this.#report({ kind: 'localDescription', type: description.type, sdp: description.sdp });
        }
        case 'setRemoteDescription': {
          const { type, sdp } = operation;
          // An offer rolls an own offer back by itself; the core only lets the polite side do it.
          await connection.setRemoteDescription({ type, sdp });
          return this.#report({ kind: 'remoteDescriptionSet', type });
        }
        case 'restartIce':
          connection.restartIce();
          return;
        case 'addCandidate':
          await connection.addIceCandidate(operation.candidate);
          return;
      }
    } catch (thrown) {
      if (operation.kind === 'restartIce') return;
      const reason = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
      this.#report({ kind: 'operationFailed', operation: operation.kind, reason });
    }
  }

  #report(event: RtcEvent): void {
    if (!this.#closed) this.#options.event(event);
  }
}

/** Of the first operation of a link. */
function isOffer({ kind }: Negotiation): boolean {
  return kind === 'setLocalDescription';
}

function plain(candidate: RTCIceCandidate): Candidate {
  const { sdpMid, sdpMLineIndex, usernameFragment } = candidate;
  return { candidate: candidate.candidate, sdpMid, sdpMLineIndex, usernameFragment };
}
