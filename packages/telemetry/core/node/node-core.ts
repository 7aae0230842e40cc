/**
 * Monitoring at a node: what becomes of what is heard, and how its cores hear of each other. Pure; it decides nothing
 * that one of them decides. Rules TN1… in SPEC.md.
 *
 *   heard ─▶ home: is it ours? ─▶ ingest ─▶ accepted ─▶ rules of this node ─▶ alarms ─▶ routes ─▶ tell
 *              │                     └────▶ event ──────────────────────────▶ alarms ─▶ edge/<id>/alarms
 *              └─ another's: shown     not known yet: kept until home has decided
 */
import type { Core, Kinded, Now } from '@bothy/protocols';
import { type Alarm, type EdgeHome, type EdgeId, leavesOf, type Rule, scopeOf, topics } from '@bothy/wire';
import { edgeOffline } from '../alarms/alarm-core.ts';
import type { AlarmInput, AlarmOutput } from '../alarms/messages.ts';
import type { EngineInput, EngineOutput, FiringRule } from '../engine/messages.ts';
import type { HomeInput, HomeOutput } from '../home/messages.ts';
import type { AcceptedReading, IngestedEdge, IngestInput, IngestOutput } from '../ingest/messages.ts';
import type { RouteInput, RouteOutput } from '../routes/messages.ts';
import { AlarmWords } from './alarm-words.ts';
import { ForeignAlarms } from './foreign-alarms.ts';
import type { NodeInput, NodeOutput, SourcedReading } from './messages.ts';
import { eventPublish } from './own-words.ts';
import { refusalOf } from './refusal-words.ts';
import { WaitingRoom } from './waiting-room.ts';

export interface NodeCores {
  readonly home: Core<HomeInput, HomeOutput> & {
    isHome(edge: EdgeId): boolean;
    /** Undefined: nobody is known to be. */
    homeOf(edge: EdgeId): EdgeHome | undefined;
  };
  readonly ingest: Core<IngestInput, IngestOutput> & { edge(edge: EdgeId): IngestedEdge | undefined };
  readonly alarms: Core<AlarmInput, AlarmOutput> & {
    all(): readonly Alarm[];
    openOf(edge: EdgeId): readonly Alarm[];
  };
  readonly routes: Core<RouteInput, RouteOutput>;
  /** Of rules that look at sensors by name, wherever they are: judges plain devices, for edges judge themselves. */
  readonly plainRules: Core<EngineInput, EngineOutput> & {
    readonly firing: readonly { readonly node: EdgeId }[];
  };
  /** Of rules that name the edge of every sensor: judges them all. */
  readonly namedRules: Core<EngineInput, EngineOutput>;
}

/** What the loop does by a name, and each core names for itself. */
type Named = { readonly kind: 'setTimer' | 'clearTimer'; readonly key: string };
type Part = keyof NodeCores;
type OutputOf<P extends Part> = NodeCores[P] extends Core<infer _, infer Output> ? Output : never;
type InputOf<P extends Part> = NodeCores[P] extends Core<infer Input, infer _> ? Input : never;

const parts: readonly Part[] = ['home', 'ingest', 'alarms', 'routes', 'plainRules', 'namedRules'];

/** Which of the two engines a rule belongs to. */
export function isNamedRule(rule: Rule): boolean {
  return leavesOf(rule.when).every((leaf) => scopeOf(leaf) === 'once');
}

export class NodeCore implements Core<NodeInput, NodeOutput> {
  readonly #node: string;
  readonly #cores: NodeCores;
  readonly #words: AlarmWords;
  readonly #waiting = new WaitingRoom();
  /** With what fires by the rules of another node, or before the start, until it is heard whether it judges itself. */
  readonly #unheard = new Set<EdgeId>();
  #outputs: NodeOutput[] = [];

  /** `foreign` outlives the instance: what other nodes said once is not said again because this one starts anew. */
  constructor(node: string, cores: NodeCores, foreign: ForeignAlarms = new ForeignAlarms()) {
    this.#node = node;
    this.#cores = cores;
    this.#words = new AlarmWords({
      node,
      homeOf: (edge) => cores.home.homeOf(edge),
      openOf: (edge) => cores.alarms.openOf(edge),
      foreign,
      say: (output) => this.#say(output),
      adopt: (edge, alarms, now) => this.#takeOver(edge, alarms, now, true),
    });
  }

  step(input: NodeInput, now: Now): readonly NodeOutput[] {
    this.#take(input, now);
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  #take(input: NodeInput, now: Now): void {
    switch (input.kind) {
      case 'start':
        this.#words.start(now.monoMs);
        for (const part of ['home', 'ingest', 'plainRules', 'namedRules', 'alarms'] as const)
          this.#give(part, { kind: 'start' }, now);
        for (const { node } of this.#cores.plainRules.firing) this.#unheard.add(node);
        return this.#give('routes', { kind: 'start', alarms: this.#cores.alarms.all() }, now);
      case 'connected':
        this.#give('home', { kind: 'connected' }, now);
        for (const edge of new Set(this.#cores.alarms.all().map((alarm) => alarm.edge)))
          this.#words.changed(edge);
        return;
      case 'readings':
        return this.#readings(input.readings, now);
      case 'event':
      case 'status':
        return this.#heard(input, now);
      case 'refused':
      case 'enrolled':
      case 'ignored':
      case 'closing':
        return this.#give('ingest', input, now);
      case 'claimGone':
        this.#give('home', input, now);
        return this.#gone(input.edge);
      case 'directorySays':
        this.#give('home', input, now);
        for (const edge of input.gone) this.#gone(edge);
        return;
      case 'claim':
      case 'move':
      case 'directoryAnswered':
        return this.#give('home', input, now);
      case 'alarmsHeard':
        return this.#words.heard(input.alarms, now);
      case 'forgetEdge':
        return this.#forget(input.edge, input.by, now);
      case 'alarmCommand':
        return this.#give('alarms', { ...input, kind: 'command' }, now);
      case 'rules':
        return this.#rules(input.rules, now);
      case 'routes':
      case 'person':
      case 'attempted':
        return this.#give('routes', input, now);
      case 'durable':
        return this.#named(input.token, (token) => ({ kind: 'durable', token }), now);
      case 'timer':
        if (this.#words.timer(input.key, now)) return;
        return this.#named(input.key, (key) => ({ kind: 'timer', key }), now);
    }
  }

  // --- what is heard ---------------------------------------------------------

  #readings(readings: readonly SourcedReading[], now: Now): void {
    const ours = readings.filter((each) => {
      const standing = this.#standing(each.reading.node, each.isOurs, now);
      if (standing === 'waiting') this.#waiting.put(each.reading.node, each, now.monoMs);
      return standing === 'ours';
    });
    const foreign = readings.filter(({ reading }) => this.#isForeign(reading.node));
    if (ours.length > 0) this.#give('ingest', { kind: 'readings', readings: ours }, now);
    if (foreign.length === 0) return;
    const shown = foreign.map(({ reading }) => reading);
    this.#outputs.push({ kind: 'foreign', readings: shown, early: true });
  }

  #heard(input: Extract<NodeInput, { readonly kind: 'event' | 'status' }>, now: Now): void {
    const edge = input.kind === 'event' ? input.event.node : input.status.node;
    if (input.kind === 'event' && typeof input.event.extra?.by === 'string') return;
    const standing = this.#standing(edge, input.isOurs, now);
    if (standing === 'waiting') return this.#waiting.put(edge, input, now.monoMs);
    if (standing === 'ours') return this.#give('ingest', input, now);
    if (input.kind !== 'status') return;
    this.#outputs.push({ kind: 'foreignStatus', status: input.status, early: true });
  }

  /** Who keeps this edge; a new one that speaks to this node is offered to `home`. */
  #standing(edge: EdgeId, isOurs: boolean, now: Now): 'ours' | 'foreign' | 'waiting' {
    const { home } = this.#cores;
    if (home.isHome(edge)) return 'ours';
    if (home.homeOf(edge) !== undefined || !isOurs) return 'foreign';
    this.#give('home', { kind: 'heard', edge }, now);
    if (home.isHome(edge)) return 'ours';
    return home.homeOf(edge) === undefined ? 'waiting' : 'foreign';
  }

  #isForeign(edge: EdgeId): boolean {
    return !this.#cores.home.isHome(edge) && !this.#waiting.has(edge);
  }

  /** It is decided who keeps this edge. */
  #decided(edge: EdgeId, now: Now): void {
    const { readings, others } = this.#waiting.take(edge, now.monoMs);
    if (readings.length > 0) this.#readings(readings, now);
    for (const input of others) this.#heard(input, now);
  }

  #forget(edge: EdgeId, by: string, now: Now): void {
    this.#waiting.take(edge, now.monoMs);
    this.#give('alarms', { kind: 'forget', edge, by }, now);
    this.#give('plainRules', { kind: 'forget', node: edge }, now);
    this.#give('namedRules', { kind: 'forget', node: edge }, now);
    this.#give('ingest', { kind: 'forget', edge }, now);
    this.#give('home', { kind: 'forget', edge }, now);
    // What the broker keeps of it would bring it back at the next start.
    for (const topic of ['status', 'alarms', 'control'] as const) {
      this.#say({ kind: 'publish', topic: topics.edge(edge, topic), payload: '', qos: 1, retain: true });
    }
    this.#say({ kind: 'edgeGone', edge, early: true });
  }

  /** Its home has taken it out, or it is ours and goes on. */
  #gone(edge: EdgeId): void {
    if (this.#cores.home.isHome(edge)) return;
    this.#words.gone(edge);
    this.#say({ kind: 'edgeGone', edge, early: true });
  }

  #rules(rules: readonly Rule[], now: Now): void {
    this.#give('alarms', { kind: 'rules', rules }, now);
    this.#give('plainRules', { kind: 'rules', rules: rules.filter((rule) => !isNamedRule(rule)) }, now);
    this.#give('namedRules', { kind: 'rules', rules: rules.filter(isNamedRule) }, now);
  }

  // --- between the cores -----------------------------------------------------

  #give<P extends Part>(part: P, input: InputOf<P>, now: Now): void {
    const core = this.#cores[part] as unknown as Core<Kinded, Kinded>;
    for (const output of core.step(input, now)) this.#from(part, output as OutputOf<Part>, now);
  }

  #from(part: Part, output: OutputOf<Part>, now: Now): void {
    switch (output.kind) {
      case 'persist':
        // What is told to the loop by a name is told back to the core that chose it.
        if (output.token === undefined) return this.#say(output);
        return this.#say({ ...output, token: `${part} ${output.token}` });
      case 'setTimer':
      case 'clearTimer':
        return this.#say({ ...output, key: `${part} ${(output as Named).key}` } as NodeOutput);
      case 'refused':
        return this.#say(refusalOf(output));
      case 'answer':
        return this.#say({ ...output, kind: part === 'home' ? 'moveAnswer' : 'alarmAnswer' } as NodeOutput);
      case 'publish':
      case 'askDirectory':
      case 'tell':
        return this.#say(output);
      case 'accepted':
        return this.#accepted(output.readings, now);
      case 'edgeChanged':
        return this.#edgeChanged(output.edge, now);
      case 'gained':
        return this.#gained(output.edge, now);
      case 'lost':
        return this.#lost(output, now);
      case 'event':
        return this.#event(output, now);
      case 'changed':
        this.#say({ ...output, kind: 'alarmChanged' });
        this.#words.changed(output.alarm.edge);
        return this.#give('routes', { kind: 'alarm', alarm: output.alarm }, now);
      case 'removed':
        this.#say({ ...output, kind: 'alarmRemoved' });
        this.#words.changed(output.edge);
        return this.#give('routes', { kind: 'removed', alarm: output.alarm }, now);
      case 'told':
        return this.#give('alarms', output, now);
    }
  }

  // --- where alarms are kept -------------------------------------------------

  #gained(edge: EdgeId, now: Now): void {
    this.#takeOver(edge, this.#words.gained(edge, now), now, false);
    this.#say({ kind: 'edgeChanged', edge, early: true });
    this.#decided(edge, now);
  }

  #lost({ edge, home, wasEpoch }: Extract<HomeOutput, { readonly kind: 'lost' }>, now: Now): void {
    if (wasEpoch !== undefined && home !== null) this.#words.lost(edge, wasEpoch, now);
    this.#give('alarms', { kind: 'release', edge }, now);
    this.#handOver(edge, [], now);
    this.#words.released(edge);
    this.#say({ kind: 'edgeChanged', edge, early: true });
    this.#decided(edge, now);
  }

  /** `isLate`: it was kept here for a while without them. */
  #takeOver(edge: EdgeId, alarms: readonly Alarm[], now: Now, isLate: boolean): void {
    const before = new Set(this.#activeOf(edge).map(({ id }) => id));
    this.#give('alarms', { kind: 'adopt', edge, alarms }, now);
    const active = this.#activeOf(edge);
    const added = active.filter(({ id }) => !before.has(id));
    if (!isLate || added.length > 0) {
      const late = isLate ? ({ isLate } as const) : {};
      this.#give('ingest', { kind: 'gained', edge, active: added, ...late }, now);
      this.#handOver(edge, active, now);
    }
    // It may have come back before it was known that it had been away.
    if (isLate) this.#edgeChanged(edge, now);
  }

  /** Rules of the edge that its alarms have for firing. */
  #activeOf(edge: EdgeId): readonly Alarm[] {
    const open = this.#cores.alarms.openOf(edge);
    return open.filter(({ active, rule }) => active && rule !== edgeOffline.rule);
  }

  /** Its readings come here now, or do not any more. Without what fires, nobody would find that it has ended. */
  #handOver(edge: EdgeId, firing: readonly FiringRule[], now: Now): void {
    if (firing.length === 0) this.#unheard.delete(edge);
    else this.#unheard.add(edge);
    for (const part of ['plainRules', 'namedRules'] as const)
      this.#give(part, { kind: 'handOver', node: edge, firing }, now);
  }

  #accepted(readings: readonly AcceptedReading[], now: Now): void {
    this.#say({ kind: 'accepted', readings, early: true });
    for (const { reading, isLate, isPlain } of readings) {
      if (isLate) continue;
      const { node } = reading;
      if (this.#unheard.delete(node) && !isPlain)
        this.#give('plainRules', { kind: 'handOver', node, firing: [] }, now);
      if (isPlain) this.#give('plainRules', { kind: 'reading', reading }, now);
      this.#give('namedRules', { kind: 'reading', reading }, now);
    }
  }

  #edgeChanged(edge: EdgeId, now: Now): void {
    this.#say({ kind: 'edgeChanged', edge, early: true });
    const state = this.#cores.ingest.edge(edge)?.state;
    if (state === 'online' || state === 'offline') this.#give('alarms', { kind: 'edge', edge, state }, now);
  }

  #event(output: Extract<OutputOf<Part>, { readonly kind: 'event' }>, now: Now): void {
    const { event } = output;
    this.#say({ kind: 'event', edge: event.node, early: true });
    if (!('isRepeated' in event)) return this.#give('alarms', { kind: 'event', event }, now);
    this.#give('alarms', { kind: 'ruleEvent', event }, now);
    this.#say(eventPublish(event, this.#node));
  }

  /** A timer or a write of one of the cores. */
  #named(name: string, input: (own: string) => Kinded, now: Now): void {
    const end = name.indexOf(' ');
    const part = parts.find((each) => each === name.slice(0, end));
    if (part === undefined) throw new Error(`no core has the name ${name}`);
    this.#give(part, input(name.slice(end + 1)) as InputOf<Part>, now);
  }

  #say(output: NodeOutput): void {
    this.#outputs.push(output);
  }
}
