/**
 * What this tab knows of sensors, edges and alarms: one subscription at the node, begun anew with every connection. While
 * a page of Monitor is open it is of everything, else of alarms alone, for the badge.
 */
import { type LiveView, liveViewOf, withAlarm, withTick } from '@bothy/telemetry/views';
import { type AlarmChanged, BothyError, type ErrorCode, type TelemetryTick } from '@bothy/wire';
import { parseAlarmChanged, parseTelemetrySnapshot, parseTelemetryTick } from '@bothy/wire/schemas';
import type { ExtensionLink } from '../rooms/rooms-context.ts';

/** The connection that it goes over. */
export interface TelemetryLink extends ExtensionLink {
  readonly connection: () => 'connecting' | 'open' | 'waiting' | 'refused' | 'stopped';
  /** Told whenever that may have changed; returns what ends it. */
  readonly subscribe: (changed: () => void) => () => void;
}

export interface TelemetryState {
  /** `asking`: connected, and nothing came yet. `away`: no node; what is shown is as it was. */
  readonly kind: 'connecting' | 'asking' | 'live' | 'away' | 'refused';
  /** As it was told last; undefined before the first time. */
  readonly view?: LiveView;
  readonly problem?: { readonly code: ErrorCode; readonly message: string };
  /** How far the node's clock is ahead of this browser's: ages are counted by the node's. */
  readonly aheadMs: number;
}

type Tick = TelemetryTick['readings'];

/** What a page needs of the session; a test gives one without a network. */
export class TelemetrySession {
  readonly #link: TelemetryLink;
  readonly #wallMs: () => number;
  readonly #listeners = new Set<() => void>();
  readonly #readingListeners = new Set<(readings: Tick) => void>();
  readonly #alarmListeners = new Set<(change: AlarmChanged) => void>();
  #state: TelemetryState = { kind: 'connecting', aheadMs: 0 };
  #watchers = 0;
  /** Counts subscriptions: an answer to an older one is late. */
  #asked = 0;
  #wasOpen = false;

  constructor(link: TelemetryLink, wallMs: () => number) {
    this.#link = link;
    this.#wallMs = wallMs;
    link.on('telemetry.tick', (params) => this.#tick(params));
    link.on('alarm.changed', (params) => this.#alarmChanged(params));
    link.subscribe(() => this.#connectionChanged());
    this.#connectionChanged();
  }

  readonly state = (): TelemetryState => this.#state;

  readonly subscribe = (changed: () => void): (() => void) => {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  };

  /** Every reading as it comes, for charts. */
  onReadings(heard: (readings: Tick) => void): () => void {
    this.#readingListeners.add(heard);
    return () => this.#readingListeners.delete(heard);
  }

  onAlarm(heard: (change: AlarmChanged) => void): () => void {
    this.#alarmListeners.add(heard);
    return () => this.#alarmListeners.delete(heard);
  }

  /** A page that shows values is open; returns what says that it is closed. */
  watch(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1) this.again();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#watchers -= 1;
      if (this.#watchers === 0) this.again();
    };
  }

  /** By the node's clock. */
  nowMs(): number {
    return this.#wallMs() + this.#state.aheadMs;
  }

  /** An alarm as REST answered it, which may come before the notification. */
  learn(alarm: AlarmChanged['alarm']): void {
    const { view } = this.#state;
    if (view !== undefined) this.#change({ view: withAlarm(view, alarm) });
  }

  /** Asks anew: for more or less, or after a refusal. */
  again(): void {
    if (this.#link.connection() === 'open') void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#asked += 1;
    const mine = this.#asked;
    const { problem: _problem, ...before } = this.#state;
    this.#state = before;
    this.#change({ kind: before.view === undefined ? 'asking' : 'live' });
    try {
      const params = { sensors: this.#watchers > 0 ? ['*'] : [], alarms: true };
      const parsed = parseTelemetrySnapshot(await this.#link.ask('telemetry.subscribe', params));
      if (mine !== this.#asked) return;
      if (!parsed.ok) {
        throw new BothyError('internal', 'The node answered in a form that this app does not know.');
      }
      const { atMs } = parsed.value;
      this.#change({ kind: 'live', view: liveViewOf(parsed.value), aheadMs: atMs - this.#wallMs() });
    } catch (thrown) {
      if (mine !== this.#asked) return;
      const { code, message } = BothyError.from(thrown);
      // With the next connection it is asked anew; of all else a person decides.
      if (code === 'node_unreachable') this.#change({ kind: 'away' });
      else this.#change({ kind: 'refused', problem: { code, message } });
    }
  }

  #connectionChanged(): void {
    const connection = this.#link.connection();
    const isOpen = connection === 'open';
    if (isOpen === this.#wasOpen && (isOpen || this.#state.kind !== 'connecting')) return;
    this.#wasOpen = isOpen;
    if (isOpen) void this.#ask();
    else if (connection !== 'connecting' || this.#state.view !== undefined) this.#change({ kind: 'away' });
  }

  #tick(params: Readonly<Record<string, unknown>>): void {
    const { view, kind } = this.#state;
    if (view === undefined || kind !== 'live') return;
    const parsed = parseTelemetryTick(params);
    if (!parsed.ok) return;
    const { value: tick } = parsed;
    this.#change({ view: withTick(view, tick), aheadMs: tick.atMs - this.#wallMs() });
    if (tick.readings.length > 0) for (const heard of this.#readingListeners) heard(tick.readings);
  }

  #alarmChanged(params: Readonly<Record<string, unknown>>): void {
    const parsed = parseAlarmChanged(params);
    if (!parsed.ok) return;
    this.learn(parsed.value.alarm);
    for (const heard of this.#alarmListeners) heard(parsed.value);
  }

  #change(change: Partial<TelemetryState>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) listener();
  }
}
