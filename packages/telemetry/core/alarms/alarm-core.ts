/**
 * The alarms of a node: one for each edge, sensor and rule, however often it fires. Pure (design, section 1). Rules
 * TAL1… in SPEC.md. What is changed is persisted before it is said, in one piece with its line of history.
 */
import type { ClearTimer, Core, Now, Persist } from '@bothy/protocols';
import {
  type Alarm,
  type AlarmEntry,
  type AlarmId,
  alarmId,
  alarmLimits,
  type EdgeId,
  type Rule,
  type TelemetryEvent,
} from '@bothy/wire';
import type { RuleEvent } from '../engine/messages.ts';
import { currentEventType } from '../rules/default-rules.ts';
import { durationWords } from '../rules/duration.ts';
import { AlarmBook } from './alarm-book.ts';
import * as changes from './alarm-changes.ts';
import { findingOf } from './alarm-words.ts';
import { EventClock, type EventVerdict } from './event-order.ts';
import type { AlarmAnswer, AlarmConfig, AlarmInput, AlarmOutput } from './messages.ts';
import type { AlarmRecord, AlarmSnapshot, AlarmWrite } from './records.ts';

/** The rule and the sensor of the alarm that an edge is away. */
export const edgeOffline = { sensor: 'edge', rule: 'edge_offline' } as const;

const shelfTimer = 'shelf ';
const offlineTimer = 'offline ';
/** Of what cleared without an alarm: an older "it fired" may follow. */
const mostStrangers = 10_000;
const nothing: readonly AlarmOutput[] = Object.freeze([]);

type Subject = Pick<Alarm, 'edge' | 'sensor' | 'rule'>;

export class AlarmCore implements Core<AlarmInput, AlarmOutput> {
  readonly #home: string;
  readonly #offlineMs: number;
  readonly #book: AlarmBook;
  /** Of the alarms that there are, and of events that opened none. */
  readonly #clocks = new Map<AlarmId, EventClock>();
  readonly #strangers = new Map<AlarmId, EventClock>();
  /** Edges that are offline and not yet an alarm. */
  readonly #offline = new Set<EdgeId>();
  readonly #ignored: Record<Exclude<EventVerdict, 'news'>, number> = { same: 0, old: 0, late: 0 };
  #restored: readonly AlarmRecord[];
  #rules: ReadonlyMap<string, Rule> = new Map();
  #refused = 0;
  #outputs: AlarmOutput[] = [];

  /** `start` is the first input. Throws a RangeError when the configuration is out of its range. */
  constructor(config: AlarmConfig, snapshot: AlarmSnapshot = { alarms: [] }) {
    this.#home = config.node;
    this.#offlineMs = config.offlineMs ?? 60_000;
    if (!(this.#offlineMs >= 0)) throw new RangeError('offlineMs must be 0 or more');
    this.#book = new AlarmBook(config.mostAlarms ?? alarmLimits.alarms);
    this.#restored = snapshot.alarms;
  }

  step(input: AlarmInput, now: Now): readonly AlarmOutput[] {
    this.#take(input, now);
    if (this.#outputs.length === 0) return nothing;
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }

  get(id: AlarmId): Alarm | undefined {
    return this.#book.get(id);
  }

  /** Every alarm that is kept. */
  all(): readonly Alarm[] {
    return this.#book.all();
  }

  /** Active, or not acknowledged; the oldest first. */
  open(): readonly Alarm[] {
    return this.#book.open();
  }

  /** The open ones of an edge: what `edge/<id>/alarms` says. */
  openOf(edge: EdgeId): readonly Alarm[] {
    return this.#book.ofEdge(edge).filter((alarm) => !changes.isOver(alarm));
  }

  /** Events that changed nothing, by why: for figures. */
  get ignored(): Readonly<Record<Exclude<EventVerdict, 'news'>, number>> {
    return this.#ignored;
  }

  #take(input: AlarmInput, now: Now): void {
    switch (input.kind) {
      case 'start':
        return this.#start(now);
      case 'event':
        return this.#event(input.event, now);
      case 'ruleEvent':
        return this.#ruleEvent(input.event, now);
      case 'command':
        return void this.#outputs.push({ kind: 'answer', id: input.id, result: this.#command(input, now) });
      case 'rules':
        this.#rules = new Map(input.rules.map((rule) => [rule.name, rule]));
        return;
      case 'edge':
        return this.#edge(input.edge, input.state, now);
      case 'forget':
        return this.#forget(input, now);
      case 'adopt':
        for (const alarm of input.alarms) if (alarm.edge === input.edge) this.#adopt(alarm, now);
        return;
      case 'release':
        this.#calm(input.edge);
        for (const alarm of this.#book.ofEdge(input.edge)) this.#remove(alarm);
        return;
      case 'told':
        return this.#told(input, now);
      case 'timer':
        return this.#timer(input.key, now);
    }
  }

  #start(now: Now): void {
    for (const { alarm, last } of this.#restored) {
      this.#book.put(alarm);
      this.#clocks.set(alarm.id, new EventClock(last, now));
      if (alarm.shelvedUntilMs !== undefined) this.#armShelf(alarm, now);
    }
    this.#restored = [];
  }

  // --- events ------------------------------------------------------------------

  #event(event: TelemetryEvent, now: Now): void {
    const subject = { edge: event.node, sensor: event.sensor, rule: currentEventType(event.eventType) };
    const id = alarmId(subject.edge, subject.sensor, subject.rule);
    const clock = this.#clocks.get(id) ?? this.#stranger(id, now);
    const verdict = clock.judge(event, now.monoMs);
    if (verdict !== 'news') {
      this.#ignored[verdict] += 1;
      return;
    }
    this.#found(subject, event.event, findingOf(event, this.#rules), now, clock);
  }

  #ruleEvent(event: RuleEvent, now: Now): void {
    const { node: edge, sensor, rule, severity, value, unit, sentence } = event;
    const finding = { severity, value, ...(unit === undefined ? {} : { unit }), sentence };
    this.#found({ edge, sensor, rule }, event.active, finding, now);
  }

  #stranger(id: AlarmId, now: Now): EventClock {
    const known = this.#strangers.get(id);
    if (known !== undefined) return known;
    for (const oldest of this.#strangers.keys()) {
      if (this.#strangers.size < mostStrangers) break;
      this.#strangers.delete(oldest);
    }
    const clock = new EventClock(null, now);
    this.#strangers.set(id, clock);
    return clock;
  }

  #found(subject: Subject, active: boolean, finding: changes.Finding, now: Now, clock?: EventClock): void {
    const id = alarmId(subject.edge, subject.sensor, subject.rule);
    const known = this.#book.get(id);
    if (known !== undefined) {
      if (active) this.#change(changes.fired(known, finding, now.wallMs));
      else if (known.active) this.#change(changes.cleared(known, finding, now.wallMs));
      // That it was heard has to survive, or what it overtook would open the alarm after a restart.
      else if (clock !== undefined) this.#outputs.push(stored(known, clock));
      return;
    }
    if (!active || !this.#makeRoom(id)) return;
    this.#clocks.set(id, clock ?? new EventClock(null, now));
    this.#strangers.delete(id);
    this.#change(changes.firstOpened({ id, ...subject, home: this.#home }, finding, now.wallMs));
  }

  #makeRoom(id: AlarmId): boolean {
    const leaving = this.#book.makeRoom();
    for (const alarm of leaving ?? []) this.#remove(alarm);
    if (leaving !== undefined) return true;
    this.#refused += 1;
    if (this.#refused === 1 || this.#refused % 1_000 === 0) {
      const sentence = `As many alarms are active as are kept (${this.#book.size}): mend some, or write rules for fewer.`;
      this.#outputs.push({ kind: 'refused', alarm: id, count: this.#refused, sentence });
    }
    return false;
  }

  #change({ alarm, entry }: changes.Change): void {
    this.#book.put(alarm);
    const last = this.#clocks.get(alarm.id)?.last ?? null;
    const put = { kind: 'putAlarm', alarm, last } as const;
    if (entry === undefined)
      this.#outputs.push({ kind: 'persist', writes: [put] }, { kind: 'changed', alarm });
    else {
      const writes = [put, { kind: 'addAlarmEntry', entry } as const];
      this.#outputs.push({ kind: 'persist', writes }, { kind: 'changed', alarm, entry });
    }
  }

  #remove({ id, edge, shelvedUntilMs }: Alarm): void {
    this.#book.delete(id);
    this.#clocks.delete(id);
    if (shelvedUntilMs !== undefined) this.#outputs.push(clearShelf(id));
    this.#outputs.push({ kind: 'persist', writes: [{ kind: 'deleteAlarm', id }] });
    this.#outputs.push({ kind: 'removed', alarm: id, edge });
  }

  // --- commands ----------------------------------------------------------------

  #command({ alarm: id, by, command }: Extract<AlarmInput, { kind: 'command' }>, now: Now): AlarmAnswer {
    const known = this.#book.get(id);
    if (known === undefined)
      return { ok: false, code: 'not_found', message: `There is no alarm ${id.slice(0, 200)}.` };
    const atMs = now.wallMs;
    switch (command.name) {
      case 'acknowledge':
        this.#perhaps(changes.acknowledged(known, by, command.note, atMs));
        break;
      case 'shelve': {
        const { alarm, entry } = changes.shelved(known, by, command.forMs, command.note, atMs);
        this.#change({ alarm, entry });
        this.#outputs.push({ kind: 'setTimer', key: shelfTimer + id, afterMs: command.forMs });
        break;
      }
      case 'unshelve':
        this.#unshelve(known, by, now);
        break;
      case 'note':
        this.#change(changes.noted(known, by, command.text, atMs));
        break;
    }
    return { ok: true, alarm: this.#book.get(id) ?? known };
  }

  #perhaps(change: changes.Change | undefined): void {
    if (change !== undefined) this.#change(change);
  }

  #unshelve(known: Alarm, by: string | undefined, now: Now): void {
    this.#perhaps(changes.unshelved(known, by, now.wallMs));
    this.#outputs.push(clearShelf(known.id));
  }

  /** After a restart only the wall clock knows how long it still is; while we run no jump of it matters. */
  #armShelf({ id, shelvedUntilMs = 0 }: Alarm, now: Now): void {
    const afterMs = Math.min(Math.max(0, shelvedUntilMs - now.wallMs), alarmLimits.shelveMs);
    this.#outputs.push({ kind: 'setTimer', key: shelfTimer + id, afterMs });
  }

  // --- edges -------------------------------------------------------------------

  #edge(edge: EdgeId, state: 'online' | 'offline', now: Now): void {
    const active = this.#book.get(offlineId(edge))?.active === true;
    if (state === 'offline') {
      if (active || this.#offline.has(edge)) return;
      this.#offline.add(edge);
      this.#outputs.push({ kind: 'setTimer', key: offlineTimer + edge, afterMs: this.#offlineMs });
      return;
    }
    this.#calm(edge);
    if (active) this.#found({ edge, ...edgeOffline }, false, away(`${edge} is back.`), now);
  }

  #calm(edge: EdgeId): void {
    if (this.#offline.delete(edge)) this.#outputs.push({ kind: 'clearTimer', key: offlineTimer + edge });
  }

  #timer(key: string, now: Now): void {
    if (key.startsWith(shelfTimer)) {
      const known = this.#book.get(key.slice(shelfTimer.length));
      if (known !== undefined) this.#perhaps(changes.unshelved(known, undefined, now.wallMs));
      return;
    }
    if (!key.startsWith(offlineTimer)) return;
    const edge = key.slice(offlineTimer.length);
    if (!this.#offline.delete(edge)) return;
    const sentence = `${edge} has been offline for ${durationWords(this.#offlineMs)}; its other alarms stay as they were.`;
    this.#found({ edge, ...edgeOffline }, true, away(sentence), now);
  }

  #forget({ edge, sensor, by }: Extract<AlarmInput, { kind: 'forget' }>, now: Now): void {
    if (sensor === undefined) this.#calm(edge);
    for (const known of this.#book.ofEdge(edge)) {
      if (changes.isOver(known) || (sensor !== undefined && known.sensor !== sensor)) continue;
      const { severity, value } = known;
      const sentence = `${edge}${sensor === undefined ? '' : `/${sensor}`} was taken out of the system.`;
      if (known.active) this.#change(changes.cleared(known, { severity, value, sentence }, now.wallMs));
      const ended = this.#book.get(known.id) ?? known;
      this.#perhaps(changes.acknowledged(ended, by, undefined, now.wallMs));
    }
  }

  #adopt(alarm: Alarm, now: Now): void {
    const known = this.#book.get(alarm.id);
    if (known !== undefined) return this.#perhaps(changes.joined(known, alarm));
    if (!this.#makeRoom(alarm.id)) return;
    this.#clocks.set(alarm.id, new EventClock(null, now));
    this.#strangers.delete(alarm.id);
    const adopted = { ...alarm, home: this.#home, version: alarm.version + 1 };
    this.#change({ alarm: adopted });
    if (adopted.shelvedUntilMs !== undefined) this.#armShelf(adopted, now);
  }

  // --- what became of telling --------------------------------------------------

  #told({ alarms, outcome, text }: Extract<AlarmInput, { kind: 'told' }>, now: Now): void {
    const atMs = now.wallMs;
    for (const id of alarms) {
      const known = this.#book.get(id);
      if (known === undefined) continue;
      const entry: AlarmEntry = { alarm: id, atMs, kind: outcome, text: changes.shorten(text) };
      const isFirst = outcome === 'escalated' && known.escalatedMs === undefined;
      if (isFirst)
        this.#change({ alarm: { ...known, escalatedMs: atMs, version: known.version + 1 }, entry });
      else {
        this.#outputs.push({ kind: 'persist', writes: [{ kind: 'addAlarmEntry', entry }] });
        this.#outputs.push({ kind: 'changed', alarm: known, entry });
      }
    }
  }
}

function stored(alarm: Alarm, clock: EventClock | undefined): Persist<AlarmWrite> {
  return { kind: 'persist', writes: [{ kind: 'putAlarm', alarm, last: clock?.last ?? null }] };
}

function offlineId(edge: EdgeId): AlarmId {
  return alarmId(edge, edgeOffline.sensor, edgeOffline.rule);
}

function away(sentence: string): changes.Finding {
  return { severity: 'warning', value: null, sentence };
}

function clearShelf(id: AlarmId): ClearTimer {
  return { kind: 'clearTimer', key: shelfTimer + id };
}
