/**
 * Polite-peer negotiation: two sides may offer at the same moment, and exactly
 * one offer survives (W3C webrtc-pc, section "Perfect negotiation example").
 * Rules PP1… in SPEC.md.
 *
 *            setLocal(offer)                    setRemote(answer)
 *   stable ──────────────────▶ haveLocalOffer ───────────────────▶ stable
 *     │                              │ offer arrives (glare):
 *     │ setRemote(offer)             │   polite: roll back, take theirs
 *     ▼                              │   impolite: ignore theirs
 *   haveRemoteOffer ◀────────────────┘
 *     └── setLocal(answer) ──▶ stable
 *
 * The three flags of the pattern: `makingOffer` is an offer operation in
 * flight, `settingRemoteAnswer` an answer operation in flight, `ignoreOffer`
 * the memory of an ignored offer. One operation runs at a time.
 */
import type { Core } from '../core.ts';

export type DescriptionType = 'offer' | 'answer';

export type PolitePeerInput<Candidate> =
  /** Our side wants to (re)negotiate. */
  | { readonly kind: 'negotiationNeeded' }
  /** `setLocalDescription` is done; `type` and `sdp` say what it became. */
  | { readonly kind: 'localDescriptionSet'; readonly type: DescriptionType; readonly sdp: string }
  /** A description arrived from the other side. */
  | { readonly kind: 'description'; readonly type: DescriptionType; readonly sdp: string }
  | { readonly kind: 'remoteDescriptionSet'; readonly type: DescriptionType }
  /** A candidate arrived from the other side. */
  | { readonly kind: 'candidate'; readonly candidate: Candidate }
  | { readonly kind: 'operationFailed'; readonly operation: NegotiationOperation };

export type NegotiationOperation = 'setLocalDescription' | 'setRemoteDescription' | 'addCandidate';

export type PolitePeerOutput<Candidate> =
  /** Call `setLocalDescription()` without arguments; report what it became. */
  | { readonly kind: 'setLocalDescription' }
  /** Apply it; an offer on top of our own offer rolls ours back. */
  | { readonly kind: 'setRemoteDescription'; readonly type: DescriptionType; readonly sdp: string }
  | { readonly kind: 'sendDescription'; readonly type: DescriptionType; readonly sdp: string }
  | { readonly kind: 'addCandidate'; readonly candidate: Candidate }
  /** Glare, and we are impolite: the other side will take ours. */
  | { readonly kind: 'offerIgnored' }
  /** An answer that no offer of ours waits for. */
  | { readonly kind: 'answerIgnored' }
  | { readonly kind: 'candidateDropped'; readonly reason: 'ignoredOffer' | 'parkedFull' | 'rejected' }
  /** A description could not be set: this negotiation cannot go on. */
  | { readonly kind: 'failed'; readonly operation: NegotiationOperation };

export interface PolitePeerOptions {
  /** Exactly one side of a pair is polite. */
  readonly polite: boolean;
  /** Candidates that wait for their description; more are dropped. @default 64 */
  readonly maxParkedCandidates?: number;
}

interface PendingDescription {
  readonly type: DescriptionType;
  readonly sdp: string;
}

export class PolitePeer<Candidate> implements Core<PolitePeerInput<Candidate>, PolitePeerOutput<Candidate>> {
  readonly #polite: boolean;
  readonly #maxParked: number;
  #signaling: 'stable' | 'haveLocalOffer' | 'haveRemoteOffer' = 'stable';
  #operation: 'makingOffer' | 'makingAnswer' | 'settingRemoteOffer' | 'settingRemoteAnswer' | null = null;
  /** An offer was ignored and none applied since: strays of it may still arrive. */
  #ignoreOffer = false;
  #wanted = false;
  #hasRemote = false;
  /** At most one offer and one answer: a newer one of the same type replaces an older. */
  #pending: PendingDescription[] = [];
  #parked: Candidate[] = [];
  #outputs: PolitePeerOutput<Candidate>[] = [];

  constructor(options: PolitePeerOptions) {
    this.#polite = options.polite;
    this.#maxParked = options.maxParkedCandidates ?? 64;
  }

  step(input: PolitePeerInput<Candidate>): readonly PolitePeerOutput<Candidate>[] {
    this.#outputs = [];
    switch (input.kind) {
      case 'negotiationNeeded':
        this.#wanted = true;
        break;
      case 'description':
        this.#pending = this.#pending.filter((pending) => pending.type !== input.type);
        this.#pending.push({ type: input.type, sdp: input.sdp });
        break;
      case 'localDescriptionSet':
        this.#localSet(input.type, input.sdp);
        break;
      case 'remoteDescriptionSet':
        this.#remoteSet(input.type);
        break;
      case 'candidate':
        this.#park(input.candidate);
        break;
      case 'operationFailed':
        this.#failed(input.operation);
        break;
    }
    this.#proceed();
    return this.#outputs;
  }

  #localSet(type: DescriptionType, sdp: string): void {
    if (this.#operation !== 'makingOffer' && this.#operation !== 'makingAnswer') return;
    this.#operation = null;
    this.#signaling = type === 'offer' ? 'haveLocalOffer' : 'stable';
    this.#outputs.push({ kind: 'sendDescription', type, sdp });
  }

  #remoteSet(type: DescriptionType): void {
    if (this.#operation !== 'settingRemoteOffer' && this.#operation !== 'settingRemoteAnswer') return;
    this.#operation = null;
    this.#hasRemote = true;
    if (type === 'answer') {
      this.#signaling = 'stable';
      return;
    }
    this.#ignoreOffer = false;
    this.#signaling = 'haveRemoteOffer';
    this.#unpark();
    this.#operation = 'makingAnswer';
    this.#outputs.push({ kind: 'setLocalDescription' });
  }

  #failed(operation: NegotiationOperation): void {
    if (operation === 'addCandidate') {
      const reason = this.#ignoreOffer ? 'ignoredOffer' : 'rejected';
      this.#outputs.push({ kind: 'candidateDropped', reason });
      return;
    }
    this.#operation = null;
    this.#outputs.push({ kind: 'failed', operation });
  }

  /** Takes up what waits, as far as no operation is in flight. */
  #proceed(): void {
    while (this.#operation === null) {
      const description = this.#pending.shift();
      if (description === undefined) break;
      this.#take(description);
    }
    if (this.#operation !== null) return;
    // While our offer waits for its answer, candidates may belong to that answer.
    if (this.#hasRemote && this.#signaling !== 'haveLocalOffer') this.#unpark();
    if (this.#wanted && this.#signaling === 'stable') {
      this.#wanted = false;
      this.#operation = 'makingOffer';
      this.#outputs.push({ kind: 'setLocalDescription' });
    }
  }

  #take({ type, sdp }: PendingDescription): void {
    if (type === 'answer' && this.#signaling !== 'haveLocalOffer') {
      this.#outputs.push({ kind: 'answerIgnored' });
      return;
    }
    if (type === 'offer' && this.#signaling !== 'stable' && !this.#polite) {
      this.#ignoreOffer = true;
      this.#outputs.push({ kind: 'offerIgnored' });
      return;
    }
    this.#operation = type === 'offer' ? 'settingRemoteOffer' : 'settingRemoteAnswer';
    this.#outputs.push({ kind: 'setRemoteDescription', type, sdp });
  }

  #park(candidate: Candidate): void {
    if (this.#parked.length < this.#maxParked) this.#parked.push(candidate);
    else this.#outputs.push({ kind: 'candidateDropped', reason: 'parkedFull' });
  }

  #unpark(): void {
    for (const candidate of this.#parked.splice(0)) this.#outputs.push({ kind: 'addCandidate', candidate });
  }
}
