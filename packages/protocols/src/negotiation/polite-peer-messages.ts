/** What goes into and comes out of the negotiation of a polite peer, and its options. */

export type DescriptionType = 'offer' | 'answer';

export type NegotiationOperation = 'setLocalDescription' | 'setRemoteDescription' | 'addCandidate';

/** Where the connection stands between two operations: the names of `RTCSignalingState`. */
export type SignalingState = 'stable' | 'haveLocalOffer' | 'haveRemoteOffer';

/** A description that arrived from the other side. */
export interface ArrivedDescription {
  readonly type: DescriptionType;
  readonly sdp: string;
  /**
   * The `number` it was sent with. Needed where offers and answers travel apart, or twice: then the
   * machine puts them in order again. Without numbers they must arrive once, in the order of sending.
   */
  readonly number?: number;
}

export type PolitePeerInput<Candidate> =
  /** Our side wants to (re)negotiate. */
  | { readonly kind: 'negotiationNeeded' }
  /** `setLocalDescription` is done; `type` and `sdp` say what it became. */
  | { readonly kind: 'localDescriptionSet'; readonly type: DescriptionType; readonly sdp: string }
  | ({ readonly kind: 'description' } & ArrivedDescription)
  | { readonly kind: 'remoteDescriptionSet'; readonly type: DescriptionType }
  /** A candidate arrived from the other side. */
  | { readonly kind: 'candidate'; readonly candidate: Candidate }
  | { readonly kind: 'operationFailed'; readonly operation: NegotiationOperation };

/**
 * `glare`: both sides offered, and we are impolite. `superseded`: a later one of the same type came
 * before it was taken. `repeated`: it was taken already. `tooEarly`: too many before it are missing.
 */
export type IgnoredOfferReason = 'glare' | 'superseded' | 'repeated' | 'tooEarly';
/** `unasked`: no offer of ours waits for an answer. The others as for offers. */
export type IgnoredAnswerReason = 'unasked' | 'superseded' | 'repeated' | 'tooEarly';

/**
 * `ignoredOffer`: it belongs to an offer that was ignored. `noDescription`: its description is in
 * force no more. `parkedFull`: too many wait, and it waited longest. `rejected`: the connection
 * would not take it.
 */
export type DroppedCandidateReason = 'ignoredOffer' | 'noDescription' | 'parkedFull' | 'rejected';

export type PolitePeerOutput<Candidate> =
  /** Call `setLocalDescription()` without arguments; report what it became. */
  | { readonly kind: 'setLocalDescription' }
  /** Apply it and report; an offer on top of our own offer rolls ours back. */
  | { readonly kind: 'setRemoteDescription'; readonly type: DescriptionType; readonly sdp: string }
  /** `number` counts the descriptions of this machine from 1. */
  | {
      readonly kind: 'sendDescription';
      readonly type: DescriptionType;
      readonly sdp: string;
      readonly number: number;
    }
  /** Only a failure is reported. */
  | { readonly kind: 'addCandidate'; readonly candidate: Candidate }
  | { readonly kind: 'offerIgnored'; readonly reason: IgnoredOfferReason }
  | { readonly kind: 'answerIgnored'; readonly reason: IgnoredAnswerReason }
  | { readonly kind: 'candidateDropped'; readonly reason: DroppedCandidateReason }
  /** A description could not be set. This machine is over: begin again with a new connection. */
  | { readonly kind: 'failed'; readonly operation: NegotiationOperation };

export interface PolitePeerOptions<Candidate> {
  /** Exactly one side of a pair is polite. */
  readonly polite: boolean;
  /** Candidates that wait for their description; the oldest gives way. At least 1. @default 64 */
  readonly maxParkedCandidates?: number;
  /**
   * Whether a candidate belongs to the description with this text; for WebRTC, whether the text
   * names its user-name fragment. Needed where candidates overtake descriptions on a connection that
   * negotiates more than once.
   * @default every candidate belongs to the description in force when it is taken up
   */
  readonly belongs?: (candidate: Candidate, sdp: string) => boolean;
}
