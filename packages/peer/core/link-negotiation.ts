/**
 * Between a link and its negotiation: envelopes and events of the connection go
 * into the polite-peer machine, and what it decides becomes operations and
 * envelopes. Session ids tell the descriptions of different attempts apart.
 */
import type { PolitePeerInput, PolitePeerOutput } from '@bothy/protocols';
import { type Candidate, type Envelope, limits } from '@bothy/wire';
import { bounds, type PeerConfig, timing } from './config.ts';
import type { EnvelopeWriter } from './envelope-writer.ts';
import type { RtcEvent } from './inputs.ts';
import type { LinkStage } from './outputs.ts';
import type { Link, RemoteDevice } from './remote-device.ts';
import type { Step } from './step.ts';

export type LinkSignal = Extract<Envelope, { readonly kind: 'offer' | 'answer' | 'candidates' }>;

export interface NegotiationListener {
  /** A link that is being made has come to this stage, and must leave it within the time. */
  describing(step: Step, device: RemoteDevice, stage: LinkStage, timeoutMs: number): void;
  failed(step: Step, device: RemoteDevice): void;
}

export class LinkNegotiation {
  readonly #config: PeerConfig;
  readonly #writer: EnvelopeWriter;
  readonly #listener: NegotiationListener;

  constructor(config: PeerConfig, writer: EnvelopeWriter, listener: NegotiationListener) {
    this.#config = config;
    this.#writer = writer;
    this.#listener = listener;
  }

  dial(step: Step, device: RemoteDevice, link: Link): void {
    this.#feed(step, device, link, { kind: 'negotiationNeeded' });
  }

  /** An offer for `device.link`, made anew for it or met by its own offer (glare). */
  offer(step: Step, device: RemoteDevice, offer: LinkSignal & { readonly kind: 'offer' }): void {
    const { link } = device;
    if (link === null) throw new Error('invariant: an offer is given to a link');
    link.offeredSession = offer.session;
    this.#feed(step, device, link, { kind: 'description', type: 'offer', sdp: offer.body.sdp });
    const { early } = device;
    if (early?.session !== offer.session || link.session !== offer.session) return;
    device.early = null;
    for (const candidate of early.candidates)
      this.#feed(step, device, link, { kind: 'candidate', candidate });
  }

  /** An answer or candidates. */
  envelope(step: Step, device: RemoteDevice, envelope: Exclude<LinkSignal, { kind: 'offer' }>): void {
    const { link } = device;
    const ours = link !== null && envelope.session === link.session;
    if (envelope.kind === 'answer') {
      if (ours)
        this.#feed(step, device, link, { kind: 'description', type: 'answer', sdp: envelope.body.sdp });
      return;
    }
    const { candidates } = envelope.body;
    if (ours)
      for (const candidate of candidates) this.#feed(step, device, link, { kind: 'candidate', candidate });
    else this.#park(device, envelope.session, candidates);
  }

  rtc(step: Step, device: RemoteDevice, link: Link, event: RtcEvent): void {
    switch (event.kind) {
      case 'localDescription':
        return this.#feed(step, device, link, { ...event, kind: 'localDescriptionSet' });
      case 'remoteDescriptionSet':
        return this.#feed(step, device, link, event);
      case 'operationFailed':
        return this.#feed(step, device, link, { kind: 'operationFailed', operation: event.operation });
      case 'negotiationNeeded':
        // A fresh connection asks for it as well; there the dialling side has begun by itself.
        if (link.detector !== null) this.#feed(step, device, link, { kind: 'negotiationNeeded' });
        return;
      case 'candidate':
        return this.#found(step, device, link, event.candidate);
    }
  }

  /** Sends the candidates found so far in one envelope. */
  flushCandidates(step: Step, device: RemoteDevice): void {
    const { link } = device;
    step.clearTimer(`candidates ${device.key}`);
    while (link !== null && link.candidates.length > 0) {
      const candidates = link.candidates.splice(0, limits.candidatesPerEnvelope);
      this.#writer.toDevice(step, device, link.session, { kind: 'candidates', body: { candidates } });
    }
  }

  #found(step: Step, device: RemoteDevice, link: Link, candidate: Candidate | null): void {
    // The end of gathering helps nobody: host candidates are there at once, and ICE does not wait for it.
    if (candidate === null) return this.flushCandidates(step, device);
    if (link.candidates.length === 0) step.setTimer(`candidates ${device.key}`, timing.candidateBatchMs);
    link.candidates.push(candidate);
    if (link.candidates.length >= limits.candidatesPerEnvelope) this.flushCandidates(step, device);
  }

  #park(device: RemoteDevice, session: string, candidates: readonly Candidate[]): void {
    if (device.early?.session !== session) device.early = { session, candidates: [] };
    const room = bounds.earlyCandidates - device.early.candidates.length;
    device.early.candidates.push(...candidates.slice(0, Math.max(0, room)));
  }

  #feed(step: Step, device: RemoteDevice, link: Link, input: PolitePeerInput<Candidate>): void {
    for (const output of link.negotiator.step(input)) this.#act(step, device, link, output);
  }

  #act(step: Step, device: RemoteDevice, link: Link, output: PolitePeerOutput<Candidate>): void {
    switch (output.kind) {
      case 'setLocalDescription':
        return step.rtc(link.id, { kind: 'setLocalDescription' });
      case 'setRemoteDescription':
        if (output.type === 'offer') link.session = link.offeredSession;
        if (link.detector === null) {
          this.#listener.describing(step, device, 'connectivity', timing.openTimeoutMs);
        }
        return step.rtc(link.id, output);
      case 'sendDescription':
        return this.#send(step, device, link, output.type, output.sdp);
      case 'addCandidate':
        return step.rtc(link.id, output);
      case 'candidateDropped':
        if (output.reason === 'rejected') step.refuse('bad_request', 'A candidate was not usable.');
        return;
      case 'offerIgnored':
      case 'answerIgnored':
        return;
      case 'failed':
        return this.#listener.failed(step, device);
    }
  }

  #send(step: Step, device: RemoteDevice, link: Link, type: 'offer' | 'answer', sdp: string): void {
    if (type === 'answer') {
      this.#writer.toDevice(step, device, link.session, { kind: 'answer', body: { sdp } });
      return;
    }
    const { certificate } = this.#config;
    this.#writer.toDevice(step, device, link.session, { kind: 'offer', body: { sdp, certificate } });
    if (link.detector === null) this.#listener.describing(step, device, 'answer', timing.answerTimeoutMs);
  }
}
