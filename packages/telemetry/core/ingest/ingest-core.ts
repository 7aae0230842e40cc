/**
 * The core of a home node that stores what edges and devices send: each reading once, and proof of what is missing. Pure
 * (design, section 1). Rules TI1… in SPEC.md; the host's duties are in messages.ts.
 *
 *   readings ─▶ who may say it ─▶ new by its number ─▶ persist (readings, numbers) ─▶ storedUpTo, once it is durable
 *                                        │
 *                                        └─▶ accepted, at once: a view, not a promise
 */
import type { Core, Now } from '@bothy/protocols';
import {
  type EdgeControl,
  type EdgeId,
  type EdgeStatus,
  edgeLimits,
  type Reading,
  type SensorName,
  type TelemetryEvent,
  topics,
  unixTime,
} from '@bothy/wire';
import { Clients } from './clients.ts';
import { futureBoot, isFutureBoot } from './future-boot.ts';
import { IngestEdge } from './ingest-edge.ts';
import type { IngestStream } from './ingest-stream.ts';
import type {
  AcceptedReading,
  HeardReading,
  IngestConfig,
  IngestedEdge,
  IngestInput,
  IngestOutput,
  Publisher,
  RefusalCount,
} from './messages.ts';
import { emptyIngestSnapshot, type IngestSnapshot, type IngestWrite, type StoredReading } from './records.ts';
import { storedMessages } from './stored-messages.ts';
import { storedOf } from './stored-reading.ts';

const countsTimer = 'counts';
const tellTimer = 'tell ';
const nothing: readonly IngestOutput[] = Object.freeze([]);
const noTime: Now = { monoMs: 0, wallMs: 0 };

export class IngestCore implements Core<IngestInput, IngestOutput> {
  readonly #config: Required<IngestConfig>;
  readonly #clients: Clients;
  readonly #edges = new Map<EdgeId, IngestEdge>();
  /** Edges that are told soon what is stored. */
  readonly #telling = new Set<EdgeId>();
  #enrolled: ReadonlySet<EdgeId> = new Set();
  /** Edges of which a new sensor came in this step: the record that names it is written with its first reading. */
  readonly #met = new Set<IngestEdge>();
  /** Of all edges. */
  #sensors = 0;
  #out: IngestOutput[] = [];

  constructor(config: IngestConfig, snapshot: IngestSnapshot = emptyIngestSnapshot) {
    const defaults = { mostSensors: 20_000, mostSensorsPerClient: 1_000, mostClients: 1_000 };
    this.#config = { ...defaults, tellMs: 200, countsMs: 10_000, ...config };
    this.#clients = new Clients(this.#config.mostClients, this.#config.mostSensorsPerClient);
    const ranges = Map.groupBy(snapshot.ranges, ({ edge }) => edge);
    for (const record of snapshot.edges) {
      const known = new IngestEdge(record.edge, noTime, record, ranges.get(record.edge));
      this.#edges.set(record.edge, known);
      this.#sensors += known.sensorCount;
    }
  }

  /** What is known of an edge or device. */
  edge(edge: EdgeId): IngestedEdge | undefined {
    return this.#edges.get(edge)?.view();
  }

  edges(): readonly IngestedEdge[] {
    return [...this.#edges.values()].map((each) => each.view());
  }

  /** By client, the one that was refused last comes last. */
  refusals(): readonly RefusalCount[] {
    return this.#clients.refusals();
  }

  step(input: IngestInput, now: Now): readonly IngestOutput[] {
    this.#take(input, now);
    if (this.#out.length === 0) return nothing;
    const outputs = this.#out;
    this.#out = [];
    return outputs;
  }

  #take(input: IngestInput, now: Now): void {
    switch (input.kind) {
      case 'readings':
        return this.#readings(input.readings, now);
      case 'event':
        return this.#event(input.event, input.from, now);
      case 'status':
        return this.#status(input.status, input.from, input.retained, now);
      case 'refused':
        return this.#refuse(input.from, input.reason, input.example, now, input.edge);
      case 'timer':
        return this.#timer(input.key);
      case 'start':
        this.#out.push({ kind: 'setTimer', key: countsTimer, afterMs: this.#config.countsMs });
        return;
      case 'enrolled':
        this.#enrolled = new Set(input.edges);
        return;
      case 'ignored':
        return this.#edges.get(input.edge)?.ignored(input.count);
      case 'gained':
        return this.#gained(input, now);
      case 'forget':
        return this.#forget(input.edge);
      case 'closing':
        return this.#writeCounts();
      case 'durable':
        return;
    }
  }

  // --- readings ----------------------------------------------------------------

  #readings(heard: readonly HeardReading[], now: Now): void {
    const stored: StoredReading[] = [];
    const accepted: AcceptedReading[] = [];
    const streams = new Set<IngestStream>();
    const writes: IngestWrite[] = [];
    for (const { reading, from } of heard) {
      const known = this.#admit(reading, from, now);
      if (known === undefined) continue;
      const { boot, seq } = reading;
      const isPlain = boot === undefined || seq === undefined;
      let isLate = false;
      if (isPlain) isLate = known.takePlain(reading, now) === 'late';
      else {
        const { verdict, stream } = known.take(reading, boot, seq, writes);
        this.#tellSoon(known);
        if (verdict === 'full')
          this.#refuseReading(reading, from, 'too many of its numbers are missing', now);
        if (stream === undefined) continue;
        streams.add(stream);
        isLate = verdict === 'late';
      }
      if (!isLate) known.delayed(reading, now);
      stored.push(storedOf(reading, isPlain, now.wallMs));
      accepted.push({ reading, isLate, isPlain });
    }
    if (stored.length > 0) writes.push({ kind: 'putReadings', readings: stored });
    for (const stream of streams) writes.push({ kind: 'putRanges', ...stream.record() });
    // An edge of ours says who it is by its status, which was written then, unless it has just come from another home.
    for (const met of this.#met)
      if (met.status === null) writes.push({ kind: 'putEdge', record: met.record() });
    this.#met.clear();
    if (accepted.length > 0) this.#out.push({ kind: 'accepted', readings: accepted, early: true });
    if (writes.length > 0) this.#out.push({ kind: 'persist', writes });
  }

  /** The edge of a reading that may be taken; what may not is refused. */
  #admit(reading: Reading, from: Publisher, now: Now): IngestEdge | undefined {
    const { node, sensor } = reading;
    if (this.#isForged(node, from)) {
      this.#refuseReading(reading, from, `node ${node} is enrolled, and this is somebody else`, now);
      return undefined;
    }
    if (isFutureBoot(reading.boot, now)) {
      this.#refuseReading(reading, from, futureBoot, now);
      return undefined;
    }
    let known = this.#edges.get(node);
    if (known?.knows(sensor) !== true) {
      const problem = this.#roomProblem(known, from, now);
      if (problem !== undefined) {
        this.#refuseReading(reading, from, problem, now);
        return undefined;
      }
      known ??= this.#meet(node, now);
      known.meet(sensor);
      this.#met.add(known);
      this.#sensors += 1;
    }
    known.heardMs = now.wallMs;
    return known;
  }

  #meet(edge: EdgeId, now: Now): IngestEdge {
    const known = new IngestEdge(edge, now);
    this.#edges.set(edge, known);
    this.#out.push({ kind: 'edgeChanged', edge });
    return known;
  }

  #roomProblem(known: IngestEdge | undefined, from: Publisher, now: Now): string | undefined {
    const { mostSensors } = this.#config;
    if ((known?.sensorCount ?? 0) >= edgeLimits.sensors) {
      return `an edge or device has ${edgeLimits.sensors} sensors at most`;
    }
    if (this.#sensors >= mostSensors || (known === undefined && this.#edges.size >= mostSensors))
      return `this node knows ${mostSensors} sensors at most`;
    if (this.#clients.mayBringSensor(from.client, now.monoMs)) return undefined;
    return 'this client has brought too many new sensors within an hour';
  }

  #isForged(edge: EdgeId, from: Publisher): boolean {
    if (from.edge !== undefined) return from.edge !== edge;
    return from.unverified !== true && this.#enrolled.has(edge);
  }

  #refuseReading(reading: Reading, from: Publisher, reason: string, now: Now): void {
    const { node, sensor, value, boot, seq } = reading;
    const example = JSON.stringify({ node, sensor, value, boot, seq });
    this.#refuse(from, reason, example, now, node, sensor);
  }

  #refuse(
    from: Publisher,
    reason: string,
    example: string,
    now: Now,
    edge?: EdgeId,
    sensor?: SensorName,
  ): void {
    const { client } = from;
    const count = this.#clients.refused(client, reason, example, now.wallMs);
    if (edge !== undefined) this.#edges.get(edge)?.refused(reason, example.slice(0, 300), now.wallMs);
    if (count !== 1 && count % 1_000 !== 0) return;
    const about = { ...(edge === undefined ? {} : { edge }), ...(sensor === undefined ? {} : { sensor }) };
    this.#out.push({ kind: 'refused', client, ...about, reason, example: example.slice(0, 300), count });
  }

  // --- events and status ---------------------------------------------------------

  #event(event: TelemetryEvent, from: Publisher, now: Now): void {
    const { node } = event;
    if (this.#isForged(node, from)) {
      return this.#refuseReading(event, from, `node ${node} is enrolled, and this is somebody else`, now);
    }
    const known = this.#edges.get(node);
    if (known !== undefined) {
      known.heardMs = now.wallMs;
      known.said.heard(event);
      // At once: a status makes up for what is lost only if it is known what was said.
      if (event.seq !== undefined) {
        this.#out.push({ kind: 'persist', writes: [{ kind: 'putEdge', record: known.record() }] });
      }
    }
    this.#out.push({ kind: 'event', event });
  }

  #status(status: EdgeStatus, from: Publisher, retained: boolean, now: Now): void {
    const { node: edge, ping } = status;
    if (this.#isForged(edge, from)) {
      const example = JSON.stringify({ node: edge, boot: status.boot });
      return this.#refuse(from, `node ${edge} is enrolled, and this is somebody else`, example, now, edge);
    }
    if (isFutureBoot(status.boot, now)) {
      return this.#refuse(from, futureBoot, JSON.stringify({ node: edge, boot: status.boot }), now, edge);
    }
    let known = this.#edges.get(edge);
    if (known === undefined) {
      const problem = this.#roomProblem(known, from, now);
      if (problem !== undefined)
        return this.#refuse(from, problem, JSON.stringify({ node: edge }), now, edge);
      known = this.#meet(edge, now);
    }
    const writes: IngestWrite[] = [];
    const changed = known.takeStatus(status, writes);
    if (changed === 'old') return;
    if (!retained) known.heardMs = now.wallMs;
    for (const stream of changed) writes.push({ kind: 'putRanges', ...stream.record() });
    // One that the broker had kept may be from long ago: it must not raise an alarm now.
    const isNow = status.state === 'online' && !retained;
    const mended = isNow ? known.said.mend(edge, status, now.wallMs) : [];
    writes.push({ kind: 'putEdge', record: known.record() });
    known.isDirty = false;
    this.#out.push({ kind: 'persist', writes }, { kind: 'edgeChanged', edge });
    for (const event of mended) this.#out.push({ kind: 'event', event });
    if (known.untold.size > 0) this.#tellSoon(known);
    // An old question has an answer that says nothing.
    if (ping !== undefined && isNow) this.#sayTime(status, ping, now);
  }

  #sayTime({ node, at }: EdgeStatus, ping: string, { wallMs }: Now): void {
    const saidMs = at === undefined ? Number.NaN : unixTime(at);
    const said = Number.isNaN(saidMs) ? wallMs : saidMs;
    this.#say(node, { kind: 'time', ping, saidMs: said, heardMs: wallMs, answeredMs: wallMs }, false);
  }

  #gained({ edge, active, isLate }: Extract<IngestInput, { kind: 'gained' }>, now: Now): void {
    // Of alarms that were taken over somebody has to see the end, though the edge has said nothing here yet.
    const isKnown =
      this.#edges.has(edge) || (active.length > 0 && this.#edges.size < this.#config.mostSensors);
    if (!isKnown) return;
    const known = this.#edges.get(edge) ?? this.#meet(edge, now);
    known.said[isLate === true ? 'adopt' : 'replace'](active);
    const streams = isLate === true ? [] : known.gained();
    const writes = streams.map((stream): IngestWrite => ({ kind: 'putRanges', ...stream.record() }));
    writes.push({ kind: 'putEdge', record: known.record() });
    this.#out.push({ kind: 'persist', writes });
  }

  #forget(edge: EdgeId): void {
    const known = this.#edges.get(edge);
    if (known === undefined) return;
    this.#edges.delete(edge);
    this.#sensors -= known.sensorCount;
    this.#telling.delete(edge);
    this.#out.push({ kind: 'clearTimer', key: `${tellTimer}${edge}` });
    this.#out.push(
      { kind: 'persist', writes: [{ kind: 'deleteEdge', edge }] },
      { kind: 'edgeChanged', edge },
    );
  }

  // --- later -----------------------------------------------------------------------

  #timer(key: string): void {
    if (key.startsWith(tellTimer)) return this.#tell(key.slice(tellTimer.length));
    this.#writeCounts();
    this.#out.push({ kind: 'setTimer', key: countsTimer, afterMs: this.#config.countsMs });
  }

  #writeCounts(): void {
    const dirty = [...this.#edges.values()].filter(({ isDirty }) => isDirty);
    const writes = dirty.map((each): IngestWrite => ({ kind: 'putEdge', record: each.record() }));
    for (const each of dirty) each.isDirty = false;
    if (writes.length > 0) this.#out.push({ kind: 'persist', writes });
  }

  #tellSoon({ edge }: IngestEdge): void {
    if (this.#telling.has(edge)) return;
    this.#telling.add(edge);
    this.#out.push({ kind: 'setTimer', key: `${tellTimer}${edge}`, afterMs: this.#config.tellMs });
  }

  /** Behind every write that it speaks of: the loop holds it until these are durable. */
  #tell(edge: EdgeId): void {
    this.#telling.delete(edge);
    const known = this.#edges.get(edge);
    if (known === undefined) return;
    for (const control of storedMessages(this.#config.node, known.untold)) this.#say(edge, control, true);
    known.untold.clear();
  }

  #say(edge: EdgeId, control: EdgeControl, retain: boolean): void {
    const topic = topics.edge(edge, 'control');
    this.#out.push({ kind: 'publish', topic, payload: JSON.stringify(control), qos: 1, retain });
  }
}
