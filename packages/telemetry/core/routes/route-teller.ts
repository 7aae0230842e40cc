/** Carries out what routes have to say: one delivery of a route at a time, attempts, and what is remembered of it. */
import type { Now, Random } from '@bothy/protocols';
import type { Alarm, AlarmId } from '@bothy/wire';
import { isOver } from '../alarms/alarm-changes.ts';
import { Attempts } from './attempts.ts';
import { deliveryOf, type Gathered } from './gather.ts';
import type { AttemptResult, RouteConfig, RouteOutput } from './messages.ts';
import type { News, RouteWrite } from './records.ts';
import type { RouteEntry, Watched } from './route-entry.ts';
import { Targets, targetWords } from './targets.ts';

/** A host that never answers must not hold a route up for ever. */
const answerMs = 60_000;

type Outcome = Extract<RouteOutput, { kind: 'told' }>['outcome'];

export class RouteTeller {
  readonly targets = new Targets();
  /** Persons who have a session. */
  readonly present = new Set<string>();
  /** Alarms that are not over, or of which some route has still to tell the end. */
  readonly watched = new Map<AlarmId, Watched>();
  entries = new Map<string, RouteEntry>();
  marks = 0;
  outputs: RouteOutput[] = [];
  readonly #config: Required<RouteConfig>;
  readonly #random: Random;
  #untold = 0;

  constructor(config: Required<RouteConfig>, random: Random) {
    this.#config = config;
    this.#random = random;
  }

  write(writes: readonly RouteWrite[]): void {
    this.outputs.push({ kind: 'persist', writes });
  }

  /** One alarm, for one route: tells it, or notes when to. */
  consider(entry: RouteEntry, watched: Watched, now: Now): void {
    const dueMs = this.note(entry, watched);
    if (dueMs <= now.monoMs && this.#isFree(entry, now)) this.#deliver(entry, now);
    else this.#arm(entry, dueMs, now);
  }

  /** Notes when to tell of it: Infinity when there is nothing to tell, or not yet. `look` follows. */
  note(entry: RouteEntry, watched: Watched): number {
    const { id } = watched.alarm;
    if (entry.isSettled(watched.alarm)) this.unmark(entry, id);
    const next = entry.next(watched);
    if (next === undefined) entry.waiting.delete(id);
    else entry.waiting.set(id, next.dueMs);
    return next?.dueMs ?? Infinity;
  }

  /** Tells what is due, or notes when something will be. */
  look(entry: RouteEntry, now: Now): void {
    if (this.#isFree(entry, now)) this.#deliver(entry, now);
    let soonestMs = Infinity;
    for (const dueMs of entry.waiting.values()) if (dueMs < soonestMs) soonestMs = dueMs;
    this.#arm(entry, soonestMs, now);
  }

  resume(entry: RouteEntry, delivery: Attempts['delivery'], now: Now): void {
    entry.delivery = new Attempts(delivery, this.#random, now);
    this.attempt(entry.delivery, now);
  }

  unmark(entry: RouteEntry, id: AlarmId): void {
    if (!entry.told.delete(id)) return;
    this.marks -= 1;
    this.write([deleteMark(entry.route.name, id)]);
  }

  /** Nobody has to be told of it any more. */
  letGo(alarm: Alarm): void {
    if (!isOver(alarm)) return;
    for (const entry of this.entries.values()) if (entry.told.has(alarm.id)) return;
    this.watched.delete(alarm.id);
  }

  attempt(attempts: Attempts, now: Now): void {
    const breaker = this.targets.of(attempts.delivery.to);
    const call = breaker.begin(now.monoMs);
    const key = attempts.timerKey;
    if (call === undefined) {
      const afterMs = Math.max(1, breaker.retryMs - now.monoMs);
      this.outputs.push({ kind: 'setTimer', key, afterMs });
      return;
    }
    attempts.call = { call, breaker };
    attempts.attempt += 1;
    this.outputs.push({ kind: 'setTimer', key, afterMs: answerMs });
    this.outputs.push({ kind: 'tell', delivery: attempts.delivery, attempt: attempts.attempt });
  }

  attempted(id: string, attempt: number, result: AttemptResult, now: Now): void {
    const entry = this.#entryOf(id);
    const attempts = entry?.delivery;
    const made = attempts?.call;
    if (entry === undefined || attempts === undefined || made === undefined || attempts.attempt !== attempt)
      return;
    attempts.call = undefined;
    // A target that answers "never" is up.
    const isUp = result.ok || result.isFinal === true;
    made.breaker.end(made.call, isUp, now.monoMs);
    if (result.ok) return this.#arrived(entry, attempts, now);
    const afterMs = attempts.failed();
    const isFirst = attempts.delivery.failures === 1;
    const isLast = result.isFinal === true || attempts.ageMs(now) + afterMs > this.#config.giveUpMs;
    if (isFirst || isLast) {
      const ending = isLast ? 'given up' : 'it is tried again';
      this.#history(
        about(attempts),
        'notificationFailed',
        `${wordsOf(attempts)}: ${result.sentence} (${ending})`,
      );
    }
    if (isLast) return this.#finished(entry, attempts, now);
    this.write([{ kind: 'putDelivery', delivery: attempts.delivery }]);
    this.outputs.push({ kind: 'setTimer', key: attempts.timerKey, afterMs });
  }

  /** The timer of a delivery: its wait is over, or its answer did not come. */
  waited(attempts: Attempts, now: Now): void {
    if (attempts.call === undefined) return this.attempt(attempts, now);
    const result = { ok: false, sentence: 'no answer within a minute' } as const;
    this.attempted(attempts.delivery.id, attempts.attempt, result, now);
  }

  #isFree(entry: RouteEntry, now: Now): boolean {
    return entry.delivery === undefined && this.#isReachable(entry) && entry.freeMs <= now.monoMs;
  }

  #isReachable({ route: { to } }: RouteEntry): boolean {
    return to.kind !== 'person' || this.present.has(to.name);
  }

  /** Everything that is news by now, in one piece. */
  #deliver(entry: RouteEntry, now: Now): void {
    const gathered = this.#gather(entry, now);
    if (gathered.length === 0) return;
    if (!entry.rate.take(1, now.monoMs)) {
      entry.freeMs = now.monoMs + this.#config.perDeliveryMs;
      return this.#arm(entry, entry.freeMs, now);
    }
    const delivery = deliveryOf(entry.route, gathered, this.#newId(), now);
    const marks = gathered.map(({ watched, news }) => this.#said(entry, watched, news, now));
    this.write([{ kind: 'putDelivery', delivery }, ...marks]);
    entry.pace.take(1, now.monoMs);
    // Half a token is as good as none: what is gathered is gathered for the whole time.
    entry.freeMs = entry.pace.holds(1, now.monoMs) ? now.monoMs : now.monoMs + this.#config.gatherMs;
    this.resume(entry, delivery, now);
  }

  #gather(entry: RouteEntry, now: Now): readonly Gathered[] {
    const gathered: Gathered[] = [];
    let room = this.#config.mostMarks - this.marks;
    for (const [id, dueMs] of entry.waiting) {
      const watched = dueMs <= now.monoMs ? this.watched.get(id) : undefined;
      const next = watched === undefined ? undefined : entry.next(watched);
      if (watched === undefined || next === undefined) continue;
      if (!entry.told.has(id)) room -= 1;
      if (room >= 0 || entry.told.has(id)) gathered.push({ watched, news: next.news });
      else this.#noRoom(entry, id);
    }
    return gathered;
  }

  /** Told without a mark it would be told for ever. */
  #noRoom(entry: RouteEntry, id: AlarmId): void {
    entry.waiting.delete(id);
    this.#untold += 1;
    if (this.#untold !== 1 && this.#untold % 1_000 !== 0) return;
    const text = `route ${entry.route.name}: more alarms are open than routes remember (${this.#untold} not told)`;
    this.#history([id], 'notificationFailed', text);
  }

  #said(entry: RouteEntry, watched: Watched, news: News, now: Now): RouteWrite {
    const { id } = watched.alarm;
    const before = entry.told.size;
    const mark = entry.say(watched, news, now);
    this.marks += entry.told.size - before;
    const next = entry.next(watched);
    if (next === undefined) entry.waiting.delete(id);
    else entry.waiting.set(id, next.dueMs);
    this.letGo(watched.alarm);
    return mark === undefined ? deleteMark(entry.route.name, id) : { kind: 'putMark', mark };
  }

  #arrived(entry: RouteEntry, attempts: Attempts, now: Now): void {
    const { lines, more } = attempts.delivery;
    this.#history(about(attempts), 'notified', wordsOf(attempts));
    const opened = lines.filter(({ news }) => news === 'opened').map(({ alarm }) => alarm.id);
    // What has no line comes after what has one, so it is "opened" only if all lines are.
    const others = opened.length === lines.length ? more : [];
    if ((entry.route.afterMs ?? 0) > 0 && opened.length > 0) {
      this.#history([...opened, ...others], 'escalated', wordsOf(attempts));
    }
    const ids = about(attempts);
    const marks = entry.arrived(ids, now).map((mark) => ({ kind: 'putMark', mark }) as const);
    if (marks.length > 0) this.write(marks);
    for (const id of marks.length > 0 ? ids : []) {
      const watched = this.watched.get(id);
      if (watched !== undefined) this.note(entry, watched);
    }
    this.#finished(entry, attempts, now);
  }

  #finished(entry: RouteEntry, attempts: Attempts, now: Now): void {
    entry.delivery = undefined;
    this.write([{ kind: 'deleteDelivery', id: attempts.delivery.id }]);
    this.outputs.push({ kind: 'clearTimer', key: attempts.timerKey });
    this.look(entry, now);
  }

  #arm(entry: RouteEntry, dueMs: number, now: Now): void {
    if (dueMs === Infinity || entry.delivery !== undefined || !this.#isReachable(entry)) return;
    const atMs = Math.max(dueMs, entry.freeMs, now.monoMs + 1);
    if (atMs >= entry.armedMs) return;
    entry.armedMs = atMs;
    this.outputs.push({ kind: 'setTimer', key: entry.timerKey, afterMs: atMs - now.monoMs });
  }

  #entryOf(delivery: string): RouteEntry | undefined {
    for (const entry of this.entries.values()) if (entry.delivery?.delivery.id === delivery) return entry;
    return undefined;
  }

  #history(alarms: readonly AlarmId[], outcome: Outcome, text: string): void {
    this.outputs.push({ kind: 'told', alarms, outcome, text });
  }

  /** 130 bits: nobody else's, and not one of ours from before. */
  #newId(): string {
    return Array.from({ length: 26 }, () => 'abcdefghijklmnopqrstuvwxyz234567'[this.#random.below(32)]).join(
      '',
    );
  }
}

function about({ delivery }: Attempts): readonly AlarmId[] {
  return [...delivery.lines.map(({ alarm }) => alarm.id), ...delivery.more];
}

function wordsOf({ delivery }: Attempts): string {
  return `route ${delivery.route}: ${targetWords(delivery.to)}`;
}

export function deleteMark(route: string, alarm: AlarmId): RouteWrite {
  return { kind: 'deleteMark', route, alarm };
}
