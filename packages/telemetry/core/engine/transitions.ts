/** The last changes of a rule's state, for people who ask why. */

/**
 *   idle ──holds──▶ pending ──for──▶ firing ──holds no more──▶ clearing ──clear for──▶ idle
 *        ◀──not──┘                         ◀──────holds──────┘
 */
export type Phase = 'idle' | 'pending' | 'firing' | 'clearing';

export interface Transition {
  readonly to: Phase;
  /** Our wall clock at the time: to be shown, never to be counted with. */
  readonly wallMs: number;
  /** The last reading then. */
  readonly value: number | null;
}

/** Five alarms' worth. */
export const mostTransitions = 20;
