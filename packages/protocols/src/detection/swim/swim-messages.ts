/** What members of a SWIM group say to each other and to their hosts. Rules SW1… in SPEC.md. */
import type { ClearTimer, SetTimer, TimerFired } from '../../core.ts';

export type SwimMember = string;

/** In this order: of two words about one incarnation the later one holds. */
export const swimStatuses = ['alive', 'suspect', 'dead', 'left'] as const;
export type SwimStatus = (typeof swimStatuses)[number];

/** A word about a member. Of two, the one of the higher incarnation holds, and of one incarnation the later status. */
export interface SwimUpdate {
  readonly member: SwimMember;
  /** Counted by the member alone, who raises it to contradict a suspicion. */
  readonly incarnation: number;
  readonly status: SwimStatus;
  /** Of a suspicion, who has it: several who suspect by themselves are believed sooner. */
  readonly by?: SwimMember;
}

interface Carried {
  /** That of the sender, who is alive. */
  readonly incarnation: number;
  readonly updates: readonly SwimUpdate[];
}

export type SwimMessage = Carried &
  (
    | { readonly kind: 'ping'; readonly seq: number }
    | { readonly kind: 'ack'; readonly seq: number }
    /** Please ping `target` for me, and pass its answer on. */
    | { readonly kind: 'pingRequest'; readonly seq: number; readonly target: SwimMember }
    /** Asked by a `pingRequest`, and not answered in time; that this was said shows that we were heard (Lifeguard). */
    | { readonly kind: 'nack'; readonly seq: number }
    /** All that the sender knows; answered by `state`. Also how somebody joins. */
    | { readonly kind: 'sync' }
    | { readonly kind: 'state' }
    /** The sender goes. */
    | { readonly kind: 'leave' }
  );

export type SwimInput =
  | { readonly kind: 'start' }
  | TimerFired
  | { readonly kind: 'message'; readonly from: SwimMember; readonly message: SwimMessage }
  /** Somebody to ask for the group, or who was reached by other means. */
  | { readonly kind: 'meet'; readonly member: SwimMember }
  /** We go: told to some at once; nothing is answered any more. */
  | { readonly kind: 'leave' }
  /** Somebody is not to be remembered any more. */
  | { readonly kind: 'forget'; readonly member: SwimMember };

/** How a probe ended: answered, answered to others alone, or not at all. */
export type ProbeOutcome = 'direct' | 'indirect' | 'none';

export type SwimOutput =
  | { readonly kind: 'send'; readonly to: SwimMember; readonly message: SwimMessage }
  | SetTimer
  | ClearTimer
  /** What is known of a member has changed. */
  | {
      readonly kind: 'changed';
      readonly member: SwimMember;
      readonly status: SwimStatus;
      readonly incarnation: number;
    }
  | { readonly kind: 'probed'; readonly member: SwimMember; readonly outcome: ProbeOutcome };
