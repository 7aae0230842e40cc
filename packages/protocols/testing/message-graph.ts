/**
 * Happened-before, computed the slow and obvious way: from the graph of who took whose message
 * (Lamport 1978). What logical clocks are held against.
 */
import fc from 'fast-check';

export interface GraphEvent {
  readonly process: string;
  /** The event whose message this one takes, if any: an index before its own. */
  readonly takes: number | undefined;
  /** Every event that happened before this one, by index. */
  readonly past: ReadonlySet<number>;
}

interface Step {
  readonly process: string;
  readonly takes: number | undefined;
}

// One of them is a name that objects inherit.
const processes = ['ana', 'ben', 'cyd', '__proto__'];

const steps = fc.array(
  fc.record({
    process: fc.constantFrom(...processes),
    takes: fc.option(fc.nat(1_000), { nil: undefined }),
  }),
  { maxLength: 40 },
);

/** Runs of a few processes. Every event may be taken as a message by any later ones: late, out of order, twice. */
export const messageGraphs: fc.Arbitrary<readonly GraphEvent[]> = steps.map(graphOf);

function graphOf(run: readonly Step[]): readonly GraphEvent[] {
  const events: GraphEvent[] = [];
  for (const { process, takes } of run) {
    const source = takes === undefined || events.length === 0 ? undefined : takes % events.length;
    const earlierHere = events.flatMap((event, index) => (event.process === process ? [index] : []));
    const direct = source === undefined ? earlierHere : [...earlierHere, source];
    const past = new Set(direct.flatMap((index) => [index, ...(events[index]?.past ?? [])]));
    events.push({ process, takes: source, past });
  }
  return events;
}

/** Lets one clock per process live through the graph. Returns what it stamped each event with. */
export function stampAll<Stamp, Clock>(
  events: readonly GraphEvent[],
  make: (process: string) => Clock,
  act: (clock: Clock, message: Stamp | undefined) => Stamp,
): readonly Stamp[] {
  const clocks = new Map<string, Clock>();
  const stamps: Stamp[] = [];
  for (const { process, takes } of events) {
    const clock = clocks.get(process) ?? make(process);
    clocks.set(process, clock);
    stamps.push(act(clock, takes === undefined ? undefined : stamps[takes]));
  }
  return stamps;
}
