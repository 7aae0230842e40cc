/** One RTCPeerConnection: does what the core says, in order, and reports what happens to it. */
import type { RtcEvent, RtcOperation } from '@bothy/peer/core';
import { type Candidate, type Frame, frameChannel, type VerifiedFrame } from '@bothy/wire';
import type { DeviceDirectory } from './device-directory.ts';
import type { Refusal } from './entry-verifier.ts';
import { FrameChannel } from './frame-channel.ts';
import { SerialQueue } from './serial-queue.ts';

export interface RtcLinkOptions {
  readonly iceServers: readonly RTCIceServer[];
  /** Made before, so that the connection need not wait for one; empty makes a new one. */
  readonly certificates: RTCCertificate[];
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
  readonly #connection: RTCPeerConnection;
  readonly #channel: FrameChannel;
  readonly #operations: SerialQueue;
  #closed = false;

  constructor(options: RtcLinkOptions) {
    this.#options = options;
    const { iceServers, certificates } = options;
    const connection = new RTCPeerConnection({
      iceServers: [...iceServers],
      ...(certificates.length > 0 && { certificates }),
    });
    this.#connection = connection;
    this.#operations = new SerialQueue(maxOperations, (thrown) => {
      this.#options.refused({ code: 'internal', message: `A link failed: ${String(thrown)}` });
    });
    connection.onnegotiationneeded = () => this.#report({ kind: 'negotiationNeeded' });
    connection.onicecandidate = ({ candidate }) => {
      this.#report({ kind: 'candidate', candidate: candidate === null ? null : plain(candidate) });
    };
    connection.onconnectionstatechange = () => {
      const state = connection.connectionState;
      if (state !== 'new') this.#report({ kind: 'connection', state });
    };
    // Negotiated: both sides create it with the same id, so none has to wait for the other's event.
    const channel = connection.createDataChannel(frameChannel.label, {
      negotiated: true,
      id: frameChannel.id,
      ordered: true,
    });
    this.#channel = new FrameChannel({
      channel,
      devices: options.devices,
      opened: () => this.#report({ kind: 'channel', state: 'open' }),
      closed: () => this.#report({ kind: 'channel', state: 'closed' }),
      frame: (frame) => {
        if (!this.#closed) options.frame(frame);
      },
      refused: options.refused,
    });
  }

  perform(operation: Negotiation): void {
    if (this.#operations.add(() => this.#run(operation))) return;
    const failed = operation.kind === 'restartIce' ? 'setLocalDescription' : operation.kind;
    this.#report({ kind: 'operationFailed', operation: failed, reason: 'too many operations wait' });
  }

  send(frame: Frame): void {
    this.#channel.send(frame);
  }

  /** Nothing is reported any more. */
  close(): void {
    this.#closed = true;
    this.#operations.clear();
    this.#channel.end();
    const connection = this.#connection;
    connection.onnegotiationneeded = null;
    connection.onicecandidate = null;
    connection.onconnectionstatechange = null;
    connection.close();
  }

  async #run(operation: Negotiation): Promise<void> {
    if (this.#closed) return;
    const connection = this.#connection;
    try {
      switch (operation.kind) {
        case 'setLocalDescription': {
          await connection.setLocalDescription();
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

function plain(candidate: RTCIceCandidate): Candidate {
  const { sdpMid, sdpMLineIndex, usernameFragment } = candidate;
  return { candidate: candidate.candidate, sdpMid, sdpMLineIndex, usernameFragment };
}
