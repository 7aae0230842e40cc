/**
 * What is known of one name, on all nodes together: claims, and when it was released last. A join semilattice: merging
 * is associative, commutative and idempotent, so nodes that have heard the same have the same record, in whatever order
 * they heard it (Shapiro and others: "Conflict-free Replicated Data Types", SSS 2011). Pure. Rules NM8 and NM9 in
 * packages/identity/SPEC.md.
 */
// By itself: threads that want an error of `wire` would carry the whole textbook.
import { compareHlc, type Hlc } from '@bothy/protocols/hybrid-logical-clock';
import type { PersonId } from '../ids.ts';
import { type Ballot, claimsPerName, type NameClaim, type NameRecord } from './name-claim.ts';

/** Negative when `one` comes first. */
export function compareBallots(one: Ballot, other: Ballot): number {
  return compareHlc(one.at, other.at) || compareTexts(one.node, other.node);
}

function compareTexts(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** A claim that every node has granted is before those that met nobody, whatever their clocks say. */
function compareClaims(one: NameClaim, other: NameClaim): number {
  const certainty = Number(other.sure) - Number(one.sure);
  return certainty || compareBallots(one.claimed, other.claimed) || compareTexts(one.person, other.person);
}

/** Both must be of one name. */
export function mergeRecords(one: NameRecord, other: NameRecord): NameRecord {
  const released = laterOf(one.released, other.released);
  // All claims of a person, not the earliest alone: a release may void that one and leave a later one.
  const claims = new Map<string, NameClaim>();
  for (const claim of [...one.claims, ...other.claims]) {
    const { person, claimed } = claim;
    if (released !== undefined && compareHlc(claimed.at, released) <= 0) continue;
    const key = `${person} ${claimed.at.ms} ${claimed.at.counter} ${claimed.node}`;
    if (claims.get(key)?.sure !== true) claims.set(key, claim);
  }
  const kept = [...claims.values()].sort(compareClaims).slice(0, claimsPerName);
  return { name: one.name, claims: kept, ...(released === undefined ? {} : { released }) };
}

function laterOf(one: Hlc | undefined, other: Hlc | undefined): Hlc | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return compareHlc(one, other) < 0 ? other : one;
}

/** Whose it is: the first claim's; undefined when it is free. */
export function ownerOf(record: NameRecord | undefined): PersonId | undefined {
  return record?.claims[0]?.person;
}

/** Who has claims on it, the owner first; more than one is a conflict. */
export function claimantsOf(record: NameRecord | undefined): readonly PersonId[] {
  return [...new Set(record?.claims.map(({ person }) => person))];
}

/** A claim that begins at `at`, moved behind a release that would void it. */
export function claimedAfter(record: NameRecord | undefined, at: Hlc): Hlc {
  const released = record?.released;
  return released === undefined || compareHlc(released, at) < 0 ? at : after(released);
}

/** The record once the name is released at `at`, which voids every claim that is known. */
export function releasedRecord(record: NameRecord, at: Hlc): NameRecord {
  const last = record.claims.reduce((latest, { claimed }) => laterOf(latest, claimed.at) ?? latest, at);
  const latest = laterOf(last, record.released) ?? last;
  const released = compareHlc(latest, at) === 0 ? at : after(latest);
  return { name: record.name, claims: [], released };
}

function after({ ms, counter }: Hlc): Hlc {
  return { ms, counter: counter + 1 };
}

/** One text for equal records, whatever order their members were written in. */
export function recordText({ name, claims, released }: NameRecord): string {
  const parts = claims.map(({ person, claimed: { at, node }, sure }) => [
    person,
    at.ms,
    at.counter,
    node,
    sure,
  ]);
  return JSON.stringify([name, parts, released === undefined ? null : [released.ms, released.counter]]);
}
