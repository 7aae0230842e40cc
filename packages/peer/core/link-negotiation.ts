/**
 * Between a link and its negotiation: envelopes and events of the connection go
 * into the polite-peer machine, and what it decides becomes operations and
 * envelopes. Each connection has a random session, and a link negotiates with
 * exactly one session of the other side: descriptions of a connection that was
 * given up never reach the machine of its successor.
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

  /** Makes an offer: the first one of a link, or another one of a standing link. */
  dial(step: Step, device: RemoteDevice, link: Link): void {
    this.#feed(step, device, link, { kind: 'negotiationNeeded' });
  }

  /**
   * Whether an envelope is for this link: of the session it negotiates with, or
   * of the first one that speaks to it. In glare both sides speak to a link that
   * does not know them yet; the machine settles whose offer stands.
   */
  accepts(link: Link, envelope: LinkSignal): boolean {
    if (link.theirs !== null) return envelope.session === link.theirs;
    const { toSession } = envelope.body;
    return toSession === link.session || (toSession === null && envelope.kind === 'offer');
  }

  /** An envelope for `link`. */
  envelope(step: Step, device: RemoteDevice, link: Link, envelope: LinkSignal): void {
    device.heardFromSession(envelope.seq);
    const isNew = link.theirs === null;
    link.theirs = envelope.session;
    if (envelope.kind === 'candidates') this.#candidates(step, device, link, envelope.body.candidates);
    else {
      const { sdp, number } = envelope.body;
      this.#feed(step, device, link, { kind: 'description', type: envelope.kind, sdp, number });
    }
    const { early } = device;
    if (!isNew || early?.session !== envelope.session) return;
    device.early = null;
    this.#candidates(step, device, link, early.candidates);
  }

  /** Candidates that overtook the offer they belong to wait for it. */
  park(device: RemoteDevice, { session, body }: LinkSignal & { readonly kind: 'candidates' }): void {
    if (device.early?.session !== session) device.early = { session, candidates: [] };
    const room = bounds.earlyCandidates - device.early.candidates.length;
    device.early.candidates.push(...body.candidates.slice(0, Math.max(0, room)));
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
        // A fresh connection, and one that is restarted, ask for it as well; there our side has begun by itself.
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
      const body = { toSession: link.theirs, candidates };
      this.#writer.toDevice(step, device, link.session, { kind: 'candidates', body });
    }
  }

  #candidates(step: Step, device: RemoteDevice, link: Link, candidates: readonly Candidate[]): void {
    for (const candidate of candidates) this.#feed(step, device, link, { kind: 'candidate', candidate });
  }

  #found(step: Step, device: RemoteDevice, link: Link, candidate: Candidate | null): void {
    // The end of gathering helps nobody: host candidates are there at once, and ICE does not wait for it.
    if (candidate === null) return this.flushCandidates(step, device);
    if (link.candidates.length === 0) step.setTimer(`candidates ${device.key}`, timing.candidateBatchMs);
    link.candidates.push(candidate);
    if (link.candidates.length >= limits.candidatesPerEnvelope) this.flushCandidates(step, device);
  }

  #feed(step: Step, device: RemoteDevice, link: Link, input: PolitePeerInput<Candidate>): void {
    for (const output of link.negotiator.step(input)) {
      // A failure drops the link: what the machine says after it is about nothing.
      if (device.link === link) this.#act(step, device, link, output);
    }
  }

  #act(step: Step, device: RemoteDevice, link: Link, output: PolitePeerOutput<Candidate>): void {
    switch (output.kind) {
      case 'setLocalDescription':
        return step.rtc(link.id, { kind: 'setLocalDescription' });
      case 'setRemoteDescription': {
        const { type, sdp } = output;
        if (link.detector === null) {
          this.#listener.describing(step, device, 'connectivity', timing.openTimeoutMs);
        }
        return step.rtc(link.id, { kind: 'setRemoteDescription', type, sdp });
      }
      case 'sendDescription':
        return this.#send(step, device, link, output);
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

  #send(
    step: Step,
    device: RemoteDevice,
    link: Link,
    { type, sdp, number }: Extract<PolitePeerOutput<Candidate>, { kind: 'sendDescription' }>,
  ): void {
    const body = { toSession: link.theirs, number, sdp };
    if (type === 'answer') return this.#writer.toDevice(step, device, link.session, { kind: 'answer', body });
    const { certificate } = this.#config;
    this.#writer.toDevice(step, device, link.session, { kind: 'offer', body: { ...body, certificate } });
    if (link.detector === null) this.#listener.describing(step, device, 'answer', timing.answerTimeoutMs);
  }
}
