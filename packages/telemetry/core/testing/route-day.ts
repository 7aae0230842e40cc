/**
 * A day of routes with everything that goes wrong: targets that fail, answer late or never, restarts, shelves, quiet
 * hours. What was told is held to what has to be true of it at its moment, and at the end to how alarms stand.
 */
import { seededRandom } from '@bothy/protocols';
import type { AlarmRoute } from '@bothy/wire';
import { mostLines } from '../routes/gather.ts';
import type { Delivery, News, NewsLine } from '../routes/records.ts';
import { startWallMs } from './engine-desk.ts';
import { exampleAlarm } from './example-alarm.ts';
import { RouteStage, type RoutesCoreMaker } from './route-stage.ts';

const minute = 60_000;
const steps = 250;
const afterMs = minute;
const repeatMs = 2 * minute;
/** The stage begins on a Friday at 09:30. */
const quietEndsMs = 30 * minute;

const routes: readonly AlarmRoute[] = [
  { name: 'all', to: { kind: 'webhook', url: 'https://hooks.example/all' } },
  { name: 'late', to: { kind: 'email', to: ['a@b.org'] }, afterMs, repeatMs },
  { name: 'calm', to: { kind: 'browser' }, quiet: { days: ['fri'], from: '09:00', to: '10:00' } },
  { name: 'some', to: { kind: 'room', room: 'a'.repeat(20) }, edges: ['a-*'], tellsEnd: false },
];
const alarms = ['a-1', 'a-2', 'b-1', 'b-2'].map((edge, i) =>
  exampleAlarm({ edge, severity: i % 2 === 0 ? 'danger' : 'warning' }),
);

/** Which word of a route on an alarm may follow which. */
const follows: Readonly<Record<News | 'nothing', readonly News[]>> = {
  nothing: ['opened'],
  opened: ['opened', 'repeated', 'acknowledged', 'cleared'],
  repeated: ['opened', 'repeated', 'acknowledged', 'cleared'],
  acknowledged: ['opened', 'cleared'],
  cleared: ['opened'],
};

interface Word {
  readonly news: News;
  readonly count: number;
  readonly delivery: string;
}

/** Throws `seed …` where something is told that must not be, or not told that must. Returns the lines that were told. */
export function routeDay(seed: number, make?: RoutesCoreMaker): number {
  const random = seededRandom(`route day ${seed}`);
  const stage = make === undefined ? new RouteStage(routes) : new RouteStage(routes, {}, make);
  const openedMs = new Map<string, number>();
  const words = new Map<string, Word>();
  const made = new Map<string, Delivery>();
  let told = 0;
  let checked = 0;

  const fail = (what: string): never => {
    throw new Error(`seed ${seed}, second ${stage.nowMs / 1_000}: ${what}`);
  };

  stage.answer = () => {
    const roll = random.below(10);
    if (roll < 2) return 'later';
    return roll < 5 ? { ok: false, sentence: 'answered 503' } : { ok: true };
  };
  for (let step = 0; step < steps; step++) {
    const roll = random.below(100);
    const alarm = alarms[random.below(alarms.length)] ?? exampleAlarm();
    const known = stage.alarmNow(alarm.id);
    if (roll < 45) change(alarm, known?.active === true, known?.acknowledged === true);
    else if (roll < 52) {
      if (known !== undefined) stage.shelve(known.shelvedUntilMs === undefined, alarm.id);
    } else if (roll < 58) stage.restart(random.below(20_000));
    else if (roll < 68) {
      const waiting = stage.open.splice(0, 1)[0];
      if (waiting !== undefined)
        stage.settle(waiting.delivery, waiting.attempt, { ok: random.below(2) === 0, sentence: '' });
    } else stage.wait(random.below(40_000));
    check();
  }
  stage.answer = () => ({ ok: true });
  for (const { id } of alarms) if (stage.alarmNow(id)?.shelvedUntilMs !== undefined) stage.shelve(false, id);
  stage.restart(0);
  check();
  for (let i = 0; i < 60; i++) {
    stage.wait(minute);
    check();
  }
  if (stage.stored.deliveries.length > 0) fail('a delivery is on its way for ever');
  for (const id of made.keys()) if (!stage.arrivedMs.has(id)) fail('a delivery never arrived');
  for (const route of routes) for (const { id } of alarms) checkEnd(route, id);
  if (stage.unstored > 0) fail('something was told before it was stored');
  return told;

  function change(alarm: (typeof alarms)[number], isActive: boolean, isSeen: boolean): void {
    const { edge, severity } = alarm;
    if (!isActive) {
      stage.nowMs += 1;
      openedMs.set(alarm.id, stage.nowMs);
      stage.alarm({ edge, severity, active: true });
    } else if (isSeen || random.below(2) === 0) stage.alarm({ edge, active: false });
    else stage.alarm({ edge, acknowledged: true, acknowledgedBy: 'ann' });
  }

  function check(): void {
    for (const { delivery } of stage.attempts.slice(checked)) {
      const before = made.get(delivery.id);
      if (before !== undefined) {
        if (JSON.stringify(before.lines) !== JSON.stringify(delivery.lines)) fail('one id, two messages');
        continue;
      }
      made.set(delivery.id, delivery);
      if (delivery.lines.length > mostLines) fail('too many lines');
      for (const line of delivery.lines) checkLine(delivery, line);
    }
    checked = stage.attempts.length;
    for (const { route } of stage.stored.deliveries) {
      if (stage.stored.deliveries.filter((each) => each.route === route).length > 1) fail('two at once');
    }
  }

  function checkLine({ id, route: name, madeMs }: Delivery, { news, alarm: said }: NewsLine): void {
    told += 1;
    // Alarms change before what follows from it is told, and once in a step.
    const alarm = stage.alarmNow(said.id) ?? said;
    const atMs = madeMs - startWallMs;
    const route = routes.find((each) => each.name === name);
    const key = `${name} ${alarm.id}`;
    const last = words.get(key);
    const { count } = alarm;
    if (!follows[last?.news ?? 'nothing'].includes(news)) fail(`${key}: ${news} after ${last?.news}`);
    if (news === 'opened' && last?.count === count) fail(`${key}: opening ${count} twice`);
    if (news === 'repeated' && atMs - (stage.arrivedMs.get(last?.delivery ?? '') ?? 0) < repeatMs - 1)
      fail(`${key}: repeated too soon`);
    if (alarm.shelvedUntilMs !== undefined) fail(`${key}: told though it is shelved`);
    const isNeeded = alarm.active && !alarm.acknowledged;
    if ((news === 'opened' || news === 'repeated') !== isNeeded) fail(`${key}: ${news}, and it is not so`);
    if (news === 'cleared' && alarm.active) fail(`${key}: cleared, and it is active`);
    if (route?.quiet !== undefined && alarm.severity !== 'danger' && atMs < quietEndsMs)
      fail(`${key}: told in quiet hours`);
    if (news === 'opened' && atMs - (openedMs.get(alarm.id) ?? 0) < (route?.afterMs ?? 0))
      fail(`${key}: told too soon`);
    if (route?.edges !== undefined && alarm.edge.startsWith('b')) fail(`${key}: of another edge`);
    if (route?.tellsEnd === false && news !== 'opened') fail(`${key}: its end is nobody's business`);
    words.set(key, { news, count, delivery: id });
  }

  function checkEnd(route: AlarmRoute, id: string): void {
    const alarm = stage.alarmNow(id);
    const last = words.get(`${route.name} ${id}`);
    if (alarm === undefined || (route.edges !== undefined && alarm.edge.startsWith('b'))) return;
    const isOpen = alarm.active && !alarm.acknowledged;
    const said = last?.news ?? 'nothing';
    const isRight = isOpen
      ? (said === 'opened' || said === 'repeated') && last?.count === alarm.count
      : said === 'nothing' ||
        said === 'cleared' ||
        route.tellsEnd === false ||
        (alarm.active && said === 'acknowledged');
    if (!isRight) fail(`${route.name} ${id} ends with ${said}, and it is ${JSON.stringify(alarm)}`);
  }
}
