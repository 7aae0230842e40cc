/** Which edges are enrolled, as nodes tell each other: `edge/<id>/enrolment`, retained, said by nodes only. */
import type { EdgeId } from './reading.ts';

/** What an edge's secret begins with, which tells it from tokens and proofs. */
export const edgeSecretPrefix = 'edge_';
/** 160 random bits in base32. */
export const edgeSecretPattern = /^edge_[a-z2-7]{32}$/;
/** Four groups of four, for people to type: 80 random bits. */
export const enrolmentCodePattern = /^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/;

/** The MQTT client id of an enrolled edge: a second program with its secret replaces the first, and no guest can. */
export function edgeClientId(edge: EdgeId): string {
  return `edge/${edge}`;
}

export interface EdgeEnrolment {
  readonly v: 1;
  readonly edge: EdgeId;
  /**
   * SHA-256 of its secret, base64url; null when the enrolment was taken back. The secret is random, so that nothing is
   * given away by its hash.
   */
  readonly hash: string | null;
  /** Unix milliseconds by the clock of the node that did it. The later one holds; of two at one time that of the higher node id. */
  readonly atMs: number;
  readonly by: string;
}

/** Whether `a` holds over `b`. */
export function isLaterEnrolment(a: EdgeEnrolment, b: EdgeEnrolment): boolean {
  return a.atMs === b.atMs ? a.by > b.by : a.atMs > b.atMs;
}
