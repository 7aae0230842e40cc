/** Live data over `/ws`: `telemetry.subscribe`, its ticks, and `alarm.changed`. The model says what is new and when. */
import type { SessionNotifier } from '@bothy/rooms/drivers/websocket';
import { type FullSubscription, LiveModel } from '@bothy/telemetry/core';
import type { Alarm, AlarmChanged, AlarmEntry, TelemetryFigures, TelemetrySnapshot } from '@bothy/wire';

export interface LiveDeskOptions {
  readonly node: string;
  readonly notifier: () => SessionNotifier;
  readonly openAlarms: () => readonly Alarm[];
  readonly figures: () => TelemetryFigures;
  /** A tick was written, so long after the first of its news was heard. */
  readonly ticked: (delayMs: number) => void;
  readonly monoMs: () => number;
  readonly wallMs: () => number;
}

export class LiveDesk {
  readonly model = new LiveModel();
  readonly #options: LiveDeskOptions;
  /** Sessions that are told of alarms. */
  readonly #alarmSessions = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;
  #heardMs: number | undefined;

  constructor(options: LiveDeskOptions) {
    this.#options = options;
  }

  /** To be called after the model was told of something: ticks that are due leave when this turn ends. */
  changed(): void {
    const { monoMs } = this.#options;
    this.#heardMs ??= monoMs();
    if (this.#immediate !== undefined) return;
    this.#immediate = setImmediate(() => {
      this.#immediate = undefined;
      this.#tick();
    });
  }

  alarm(alarm: Alarm, entry: AlarmEntry | undefined): void {
    this.notify(this.#alarmSessions, { alarm, ...(entry === undefined ? {} : { entry }) });
  }

  notify(sessions: Iterable<string>, changed: AlarmChanged): void {
    this.#options.notifier().notify(sessions, { method: 'alarm.changed', params: { ...changed } });
  }

  /** Sessions that follow alarms. */
  get alarmSessions(): ReadonlySet<string> {
    return this.#alarmSessions;
  }

  stop(): void {
    clearTimeout(this.#timer);
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
  }

  /** What is not in the snapshot is in the first tick, for nothing comes between. */
  subscribe(session: string, subscription: FullSubscription): TelemetrySnapshot {
    const { node, openAlarms, figures, wallMs } = this.#options;
    const { sensors, alarms } = subscription;
    if (sensors.length === 0) this.model.unsubscribe(session);
    else this.model.subscribe(session, subscription);
    if (alarms) this.#alarmSessions.add(session);
    else this.#alarmSessions.delete(session);
    return {
      node,
      atMs: wallMs(),
      sensors: this.model.sensors(subscription),
      edges: this.model.edgesFor(subscription),
      alarms: alarms ? openAlarms() : [],
      figures: figures(),
    };
  }

  ended(session: string): void {
    this.model.unsubscribe(session);
    this.#alarmSessions.delete(session);
  }

  #tick(): void {
    const { monoMs, wallMs, figures, notifier, ticked } = this.#options;
    const nowMs = monoMs();
    const due = this.model.ticks(nowMs, wallMs(), figures);
    for (const { sessions, tick } of due) {
      notifier().notify(sessions, { method: 'telemetry.tick', params: { ...tick } });
    }
    if (due.length > 0 && this.#heardMs !== undefined) ticked(nowMs - this.#heardMs);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const wait = this.model.dueInMs(nowMs);
    // What waits for its interval waits by the subscriber's wish: that is no delay of ours.
    this.#heardMs = undefined;
    if (wait !== undefined) this.#timer = setTimeout(() => this.changed(), wait).unref();
  }
}
