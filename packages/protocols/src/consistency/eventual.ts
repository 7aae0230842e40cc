/**
 * Whether replicas end alike. Eventual consistency: when nothing is under way any more, all have every update and show
 * the same (Vogels: "Eventually Consistent", CACM 2009). Strong: any two that have the same updates show the same, at
 * every moment (Shapiro et al.: "Conflict-free Replicated Data Types", SSS 2011). Rules EV1… in SPEC.md.
 */

/** A replica as it was seen once. */
export interface ReplicaObservation {
  readonly replica: string;
  readonly atMs: number;
  /** Ids of the updates that it has. */
  readonly updates: readonly string[];
  /** What it shows: equal texts for equal states. */
  readonly shown: string;
}

export type EventualVerdict =
  | { readonly kind: 'holds' }
  | { readonly kind: 'violated'; readonly witness: readonly ReplicaObservation[]; readonly sentence: string };

/** `last`: each replica's last observation, when all is quiet. `issued`: all updates that were acknowledged. */
export function checkEventual(
  last: readonly ReplicaObservation[],
  issued: readonly string[] = [],
): EventualVerdict {
  const all = new Set([...issued, ...last.flatMap(({ updates }) => updates)]);
  for (const observation of last) {
    const has = new Set(observation.updates);
    const lacks = [...all].find((update) => !has.has(update));
    if (lacks !== undefined) {
      const other = last.find(({ updates }) => updates.includes(lacks));
      const witness = other === undefined ? [observation] : [observation, other];
      return violated(witness, `${observation.replica} lacks ${lacks}`);
    }
  }
  return checkStrongEventual(last);
}

/** Any observations, of any moments. */
export function checkStrongEventual(observations: readonly ReplicaObservation[]): EventualVerdict {
  const shownBy = new Map<string, ReplicaObservation>();
  for (const observation of observations) {
    const key = JSON.stringify([...new Set(observation.updates)].sort());
    const first = shownBy.get(key);
    if (first === undefined) shownBy.set(key, observation);
    else if (first.shown !== observation.shown) {
      const sentence = `${first.replica} and ${observation.replica} have the same updates and show different things`;
      return violated([first, observation], sentence);
    }
  }
  return { kind: 'holds' };
}

function violated(witness: readonly ReplicaObservation[], sentence: string): EventualVerdict {
  return { kind: 'violated', witness, sentence: `Replicas do not agree: ${sentence}.` };
}
