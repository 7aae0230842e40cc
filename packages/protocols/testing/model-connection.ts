/**
 * What a negotiation needs of an RTCPeerConnection (W3C webrtc-pc, and JSEP,
 * RFC 9429): the signalling state with rollback, a queue of operations that end
 * later, fragments that change with an ICE restart, and the flag that asks for negotiation.
 *
 * Stricter than a real one where that finds mistakes: an answer must name the offer it answers.
 */
import type {
  DescriptionType,
  PolitePeerInput,
  SignalingState,
} from '../src/negotiation/polite-peer-messages.ts';

export interface ModelCandidate {
  readonly fragment: string;
  readonly index: number;
}

export interface ModelDescription {
  readonly id: string;
  readonly type: DescriptionType;
  readonly fragment: string;
  /** The id of the offer that this answers. */
  readonly answers: string | null;
}

export type ModelOperation =
  | { readonly kind: 'setLocalDescription' }
  | { readonly kind: 'setRemoteDescription'; readonly type: DescriptionType; readonly sdp: string }
  | { readonly kind: 'addCandidate'; readonly candidate: ModelCandidate };

export type ModelEvent =
  | PolitePeerInput<ModelCandidate>
  | { readonly kind: 'found'; readonly candidate: ModelCandidate };

export const candidatesPerFragment = 2;

export function parseModelSdp(sdp: string): ModelDescription {
  return JSON.parse(sdp) as ModelDescription;
}

export class ModelConnection {
  readonly name: string;
  /** Operations that wait for their turn, and events that wait to be heard. */
  readonly operations: ModelOperation[] = [];
  readonly events: ModelEvent[] = [];
  /** Candidates of the other side that were taken, as `fragment/index`. */
  readonly applied = new Set<string>();
  signaling: SignalingState = 'stable';
  local: ModelDescription | null = null;
  remote: ModelDescription | null = null;
  /** The local description that is in force while an offer is out. */
  #stableLocal: ModelDescription | null = null;
  #wishes = 0;
  #offeredWishes = 0;
  #agreedWishes = 0;
  #remoteFragmentBefore: string | null = null;
  #restartWanted = true;
  #restartOffered = false;
  #descriptions = 0;
  #fragments = 0;

  constructor(name: string) {
    this.name = name;
  }

  get satisfied(): boolean {
    return this.#agreedWishes === this.#wishes;
  }

  /** The program adds a track, or restarts ICE. */
  wish(restart: boolean): void {
    this.#wishes += 1;
    if (restart) this.#restartWanted = true;
    this.#askForNegotiation();
  }

  /** Runs the next operation to its end. */
  run(): void {
    const operation = this.operations.shift();
    if (operation === undefined) throw new Error('no operation waits');
    if (operation.kind === 'setLocalDescription') this.#setLocal();
    else if (operation.kind === 'setRemoteDescription') this.#setRemote(parseModelSdp(operation.sdp));
    else this.#add(operation.candidate);
  }

  #setLocal(): void {
    const offer = this.signaling === 'stable';
    const theirsRestarted = !offer && this.#answersRestart();
    const fresh = this.#stableLocal === null || theirsRestarted || (offer && this.#restartWanted);
    this.#descriptions += 1;
    this.local = {
      id: `${this.name}${this.#descriptions}`,
      type: offer ? 'offer' : 'answer',
      fragment: fresh ? this.#newFragment() : (this.#stableLocal?.fragment ?? ''),
      answers: offer ? null : (this.remote?.id ?? null),
    };
    if (offer) {
      this.#offeredWishes = this.#wishes;
      this.#restartOffered = this.#restartWanted;
      this.#restartWanted = false;
    }
    this.signaling = offer ? 'haveLocalOffer' : 'stable';
    const { type } = this.local;
    this.events.push({ kind: 'localDescriptionSet', type, sdp: JSON.stringify(this.local) });
    if (fresh) this.#gather(this.local.fragment);
    if (!offer) this.#settled();
  }

  #setRemote(theirs: ModelDescription): void {
    const fits =
      theirs.type === 'offer'
        ? this.signaling !== 'haveRemoteOffer'
        : this.signaling === 'haveLocalOffer' && theirs.answers === this.local?.id;
    if (!fits) {
      this.events.push({ kind: 'operationFailed', operation: 'setRemoteDescription' });
      return;
    }
    if (theirs.type === 'offer' && this.signaling === 'haveLocalOffer') this.#rollBack();
    this.#remoteFragmentBefore = this.remote?.fragment ?? null;
    this.remote = theirs;
    this.signaling = theirs.type === 'offer' ? 'haveRemoteOffer' : 'stable';
    this.events.push({ kind: 'remoteDescriptionSet', type: theirs.type });
    if (theirs.type === 'offer') return;
    this.#agreedWishes = this.#offeredWishes;
    this.#settled();
  }

  #answersRestart(): boolean {
    return this.#remoteFragmentBefore !== null && this.#remoteFragmentBefore !== this.remote?.fragment;
  }

  #add(candidate: ModelCandidate): void {
    if (this.remote?.fragment === candidate.fragment)
      this.applied.add(`${candidate.fragment}/${candidate.index}`);
    else this.events.push({ kind: 'operationFailed', operation: 'addCandidate' });
  }

  #rollBack(): void {
    this.local = this.#stableLocal;
    this.#restartWanted ||= this.#restartOffered;
  }

  #settled(): void {
    this.#stableLocal = this.local;
    this.#askForNegotiation();
  }

  /** Asked only while stable, and again after each return to stable (webrtc-pc, "update the negotiation-needed flag"). */
  #askForNegotiation(): void {
    if (this.signaling === 'stable' && !this.satisfied) this.events.push({ kind: 'negotiationNeeded' });
  }

  #newFragment(): string {
    this.#fragments += 1;
    return `${this.name}-ice${this.#fragments}`;
  }

  /** Heard after the description: gathering begins once it is set. */
  #gather(fragment: string): void {
    for (let index = 0; index < candidatesPerFragment; index++) {
      this.events.push({ kind: 'found', candidate: { fragment, index } });
    }
  }
}
