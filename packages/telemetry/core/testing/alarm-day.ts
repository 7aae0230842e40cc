/**
 * A day of alarms with everything that goes wrong: events twice, late and in any order, restarts, commands, shelves,
 * edges that go and come. A model that looks at all that ever happened, anew each time, says what has to be.
 */
import { type Random, seededRandom } from '@bothy/protocols';
import { type AlarmId, alarmId, type TelemetryEvent } from '@bothy/wire';
import { type AlarmCoreMaker, AlarmStage } from './alarm-stage.ts';
import { startWallMs } from './engine-desk.ts';

const edges = ['edge-1', 'edge-2'] as const;
const rules = ['temperature_alert_high', 'humidity_alert_low'] as const;
const sensor = 'climate';
const steps = 300;
const offlineMs = 60_000;

type Happening =
  | { readonly kind: 'event'; readonly event: TelemetryEvent }
  | { readonly kind: 'acknowledge' | 'unshelve'; readonly by: string }
  | { readonly kind: 'shelve'; readonly untilMs: number };

/** What has to be, from all that happened to one alarm in the order in which it arrived. */
function standing(happenings: readonly Happening[], nowMs: number) {
  let [active, acknowledged, count, opened] = [false, false, 0, 0];
  let [by, shelvedUntilMs]: [string | undefined, number] = [undefined, -1];
  let newest: TelemetryEvent | undefined;
  for (const each of happenings) {
    if (each.kind === 'event') {
      if (each.event.hist || (newest !== undefined && !isLater(each.event, newest))) continue;
      newest = each.event;
      if (newest.event && !active)
        [active, acknowledged, count, opened] = [true, false, count + 1, opened + 1];
      else if (!newest.event) active = false;
    } else if (count === 0) continue;
    else if (each.kind === 'acknowledge') {
      if (!acknowledged) by = each.by;
      acknowledged = true;
    } else shelvedUntilMs = each.kind === 'shelve' ? each.untilMs : -1;
  }
  if (count === 0) return undefined;
  return { active, acknowledged, count, by: acknowledged ? by : undefined, shelved: shelvedUntilMs > nowMs };
}

function isLater(one: TelemetryEvent, other: TelemetryEvent): boolean {
  const [a, b] = [one, other].map(({ boot = 0, seq = 0 }) => boot * 1e6 + seq);
  return (a ?? 0) > (b ?? 0);
}

/** Throws `seed …` where the core and the model differ. Returns how often an alarm opened. */
export function alarmDay(seed: number, make?: AlarmCoreMaker): number {
  const random = seededRandom(`alarm day ${seed}`);
  const stage = make === undefined ? new AlarmStage({ offlineMs }) : new AlarmStage({ offlineMs }, make);
  const happened = new Map<AlarmId, Happening[]>();
  const senders = edges.flatMap((edge) => rules.map((rule) => new Sender(edge, rule, random)));
  for (const { id } of senders) happened.set(id, []);
  const offlineSince = new Map<string, number>();
  const away = new Set<string>();
  let openings = 0;

  const fail = (what: string): never => {
    throw new Error(`seed ${seed}, second ${stage.nowMs / 1_000}: ${what}`);
  };

  for (let step = 0; step < steps; step++) {
    const sender = senders[random.below(senders.length)];
    if (sender === undefined) throw new Error('no sender');
    const list = happened.get(sender.id) ?? [];
    const roll = random.below(100);
    const edge = edges[random.below(edges.length)] ?? 'edge-1';
    const by = random.below(2) === 0 ? 'ann' : 'ben';
    if (roll < 60) {
      const event = sender.next(stage.nowMs);
      list.push({ kind: 'event', event });
      stage.step({ kind: 'event', event });
    } else if (roll < 70) {
      list.push({ kind: 'acknowledge', by });
      stage.command({ name: 'acknowledge' }, by, sender.id);
    } else if (roll < 74) {
      const forMs = 1_000 * (1 + random.below(120));
      list.push({ kind: 'shelve', untilMs: stage.nowMs + forMs });
      stage.command({ name: 'shelve', forMs }, by, sender.id);
    } else if (roll < 76) {
      list.push({ kind: 'unshelve', by });
      stage.command({ name: 'unshelve' }, by, sender.id);
    } else if (roll < 82) stage.restart(random.below(3) * 1_000);
    else if (roll < 86) {
      stage.step({ kind: 'edge', edge, state: 'offline' });
      if (!offlineSince.has(edge)) offlineSince.set(edge, stage.nowMs);
    } else if (roll < 90) {
      stage.step({ kind: 'edge', edge, state: 'online' });
      offlineSince.delete(edge);
      away.delete(edge);
    } else stage.wait(1_000 * random.below(40));
    // Who starts anew counts an absence from what the retained status says then.
    if (roll >= 76 && roll < 82) {
      // Of what opened no alarm nothing is stored: an order of events that nobody needs.
      for (const { id } of senders)
        if (standing(happened.get(id) ?? [], 0) === undefined) happened.set(id, []);
      for (const each of offlineSince.keys()) {
        stage.step({ kind: 'edge', edge: each, state: 'offline' });
        if (!away.has(each)) offlineSince.set(each, stage.nowMs);
      }
    }
    stage.wait(0);
    for (const [each, sinceMs] of offlineSince) if (stage.nowMs - sinceMs >= offlineMs) away.add(each);
    check();
  }
  if (stage.unstored > 0) fail(`${stage.unstored} changes were said before they were stored`);
  return openings;

  function check(): void {
    for (const [id, list] of happened) {
      const alarm = stage.alarm(id);
      const wanted = standing(list, stage.nowMs);
      const is =
        alarm === undefined
          ? undefined
          : {
              active: alarm.active,
              acknowledged: alarm.acknowledged,
              count: alarm.count,
              by: alarm.acknowledgedBy,
              shelved: alarm.shelvedUntilMs !== undefined,
            };
      if (JSON.stringify(is) !== JSON.stringify(wanted)) {
        fail(`${id} is ${JSON.stringify(is)}, and has to be ${JSON.stringify(wanted)}`);
      }
      const opened = stage.entries.filter((entry) => entry.alarm === id && entry.kind === 'opened').length;
      if (opened !== (wanted?.count ?? 0)) fail(`${id} has ${opened} openings in its history`);
    }
    openings = [...happened.values()].reduce(
      (sum, list) => sum + (standing(list, stage.nowMs)?.count ?? 0),
      0,
    );
    for (const each of edges) {
      const isAway = stage.alarm(alarmId(each, 'edge', 'edge_offline'))?.active === true;
      if (isAway !== away.has(each)) fail(`that ${each} is away is ${isAway}`);
    }
  }
}

/** An edge that says what one of its rules found; between it and us messages are late, double and in any order. */
class Sender {
  readonly id: AlarmId;
  readonly #made: TelemetryEvent[] = [];
  readonly #edge: string;
  readonly #rule: string;
  readonly #random: Random;
  #boot = 1;
  #seq = 0;
  #active = false;

  constructor(edge: string, rule: string, random: Random) {
    this.id = alarmId(edge, sensor, rule);
    this.#edge = edge;
    this.#rule = rule;
    this.#random = random;
  }

  /** What arrives next: something new, or once more something of before. */
  next(nowMs: number): TelemetryEvent {
    const old = this.#made[Math.max(0, this.#made.length - 1 - this.#random.below(6))];
    if (old !== undefined && this.#random.below(3) === 0) return old;
    // What is never sent at once comes later, in another order, or not at all.
    let event = this.#make(nowMs);
    while (this.#random.below(4) === 0) event = this.#make(nowMs);
    return event;
  }

  #make(nowMs: number): TelemetryEvent {
    if (this.#random.below(20) === 0) [this.#boot, this.#seq] = [this.#boot + 1, 0];
    this.#seq += 1 + this.#random.below(3);
    if (this.#random.below(3) > 0) this.#active = !this.#active;
    const numbers = { boot: this.#boot, seq: this.#seq, stampMs: startWallMs + nowMs };
    const made: TelemetryEvent = {
      sensor,
      node: this.#edge,
      value: this.#seq,
      event: this.#active,
      eventType: this.#rule,
      hist: this.#random.below(15) === 0,
      ...numbers,
    };
    this.#made.push(made);
    return made;
  }
}
