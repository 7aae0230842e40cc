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
 * One operation runs at a time and everything else waits, which gives two of the
 * pattern's three flags: `makingOffer` is a local offer in flight, so no offer is
 * judged before we know our own; `isSettingRemoteAnswerPending` is a remote
 * answer in flight, so an offer behind it finds us stable. `ignoreOffer` stays.
 */
import type { Core } from '../core.ts';
import { CandidateParking } from './candidate-parking.ts';
import { DescriptionOrder } from './description-order.ts';
import type {
  ArrivedDescription,
  DescriptionType,
  DroppedCandidateReason,
  NegotiationOperation,
  PolitePeerInput,
  PolitePeerOptions,
  PolitePeerOutput,
  SignalingState,
} from './polite-peer-messages.ts';

type Operation =
  | { readonly kind: 'setLocalDescription'; readonly type: DescriptionType }
  | { readonly kind: 'setRemoteDescription'; readonly type: DescriptionType; readonly sdp: string };

export class PolitePeer<Candidate> implements Core<PolitePeerInput<Candidate>, PolitePeerOutput<Candidate>> {
  readonly #polite: boolean;
  readonly #order = new DescriptionOrder();
  readonly #parking: CandidateParking<Candidate>;
  #signaling: SignalingState = 'stable';
  #operation: Operation | null = null;
  #over = false;
  #wanted = false;
  #sent = 0;
  /** The last offer ignored, while none was applied since: strays of it may still arrive. */
  #ignored: string | null = null;
  #inForce: string | null = null;
  #replaced: string | null = null;
  /** At most one offer and one answer, in order of sending. */
  #pending: ArrivedDescription[] = [];
  #outputs: PolitePeerOutput<Candidate>[] = [];

  /** Throws a RangeError when an option is out of its range. */
  constructor(options: PolitePeerOptions<Candidate>) {
    this.#polite = options.polite;
    this.#parking = new CandidateParking(options.maxParkedCandidates ?? 64, options.belongs ?? (() => true));
  }

  get signalingState(): SignalingState {
    return this.#signaling;
  }

  step(input: PolitePeerInput<Candidate>): readonly PolitePeerOutput<Candidate>[] {
    if (this.#over) return [];
    this.#outputs = [];
    switch (input.kind) {
      case 'negotiationNeeded':
        this.#wanted = true;
        break;
      case 'description':
        this.#arrived(input);
        break;
      case 'localDescriptionSet':
        this.#localSet(input.type, input.sdp);
        break;
      case 'remoteDescriptionSet':
        this.#remoteSet(input.type);
        break;
      case 'candidate':
        if (!this.#parking.park(input.candidate)) this.#dropped('parkedFull', 1);
        break;
      case 'operationFailed':
        this.#failed(input.operation);
        break;
    }
    if (!this.#over) this.#proceed();
    return this.#outputs;
  }

  #arrived(description: ArrivedDescription): void {
    const arrival = this.#order.arrive(description);
    if (arrival.kind === 'ignored') {
      this.#outputs.push(ignored(description.type, arrival.reason));
      return;
    }
    for (const next of arrival.descriptions) {
      // Its sender has given up an offer once it makes another, and answers ours only once.
      const kept = this.#pending.filter(({ type }) => type !== next.type);
      const superseded = this.#pending.find(({ type }) => type === next.type);
      if (superseded !== undefined) {
        if (next.type === 'offer') this.#ignored = superseded.sdp;
        this.#outputs.push(ignored(next.type, 'superseded'));
      }
      this.#pending = [...kept, next];
    }
  }

  #localSet(type: DescriptionType, sdp: string): void {
    if (this.#operation?.kind !== 'setLocalDescription' || this.#operation.type !== type) return;
    this.#operation = null;
    this.#signaling = type === 'offer' ? 'haveLocalOffer' : 'stable';
    this.#sent += 1;
    this.#outputs.push({ kind: 'sendDescription', type, sdp, number: this.#sent });
  }

  #remoteSet(type: DescriptionType): void {
    if (this.#operation?.kind !== 'setRemoteDescription' || this.#operation.type !== type) return;
    this.#replaced = this.#inForce;
    this.#inForce = this.#operation.sdp;
    this.#operation = null;
    if (type === 'answer') {
      this.#signaling = 'stable';
      // Before the next offer is taken up: strays of one that was ignored are known as such only until then.
      this.#release();
      return;
    }
    this.#signaling = 'haveRemoteOffer';
    this.#release();
    this.#ignored = null;
    this.#setLocal('answer');
  }

  #failed(operation: NegotiationOperation): void {
    if (operation === 'addCandidate') {
      this.#dropped(this.#ignored === null ? 'rejected' : 'ignoredOffer', 1);
    } else if (operation === this.#operation?.kind) {
      // A failed operation may have rolled back first, so where the connection stands is not known.
      this.#over = true;
      this.#outputs.push({ kind: 'failed', operation });
    }
  }

  /** Takes up what waits, as far as no operation is in flight. */
  #proceed(): void {
    while (this.#operation === null) {
      const description = this.#pending.shift();
      if (description === undefined) break;
      this.#take(description);
    }
    if (this.#operation !== null || this.#signaling !== 'stable') return;
    this.#release();
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#setLocal('offer');
  }

  #take({ type, sdp }: ArrivedDescription): void {
    const waiting = this.#signaling === 'haveLocalOffer';
    if (type === 'answer' && !waiting) {
      this.#outputs.push({ kind: 'answerIgnored', reason: 'unasked' });
      return;
    }
    if (type === 'offer' && waiting && !this.#polite) {
      this.#ignored = sdp;
      this.#outputs.push({ kind: 'offerIgnored', reason: 'glare' });
      return;
    }
    this.#operation = { kind: 'setRemoteDescription', type, sdp };
    this.#outputs.push(this.#operation);
  }

  #setLocal(type: DescriptionType): void {
    this.#operation = { kind: 'setLocalDescription', type };
    this.#outputs.push({ kind: 'setLocalDescription' });
  }

  /** While our offer waits this is not done: what is parked may belong to the answer. */
  #release(): void {
    if (this.#inForce === null) return;
    const { ready, ofIgnored, ofReplaced } = this.#parking.release({
      inForce: this.#inForce,
      ignored: this.#ignored,
      replaced: this.#replaced,
    });
    for (const candidate of ready) this.#outputs.push({ kind: 'addCandidate', candidate });
    this.#dropped('ignoredOffer', ofIgnored);
    this.#dropped('noDescription', ofReplaced);
  }

  #dropped(reason: DroppedCandidateReason, count: number): void {
    for (let i = 0; i < count; i++) this.#outputs.push({ kind: 'candidateDropped', reason });
  }
}

function ignored(
  type: DescriptionType,
  reason: 'superseded' | 'repeated' | 'tooEarly',
): PolitePeerOutput<never> {
  return type === 'offer' ? { kind: 'offerIgnored', reason } : { kind: 'answerIgnored', reason };
}
