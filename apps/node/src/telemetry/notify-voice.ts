/**
 * Where alarms speak: performs what RoutesCore says to tell, and does what members of rooms answer.
 *
 * ```ts
 * const voice = new AlarmVoice({
 *   node: config.id,
 *   rooms: roomsHost.voice,
 *   notifier: () => roomsHost.sockets,
 *   alarmSessions: () => telemetryHost.desk.alarmSessions,
 *   attendance, // made with: (name, present) => telemetryHost.input({ kind: 'person', name, present })
 *   desk: async () => {
 *     const host = await telemetryDesk.host();
 *     return {
 *       open: () => host.cores.alarms.open(),
 *       isElsewhere: (alarm) => host.foreignAlarms.get(alarm) !== undefined,
 *       command: (alarm, by, command) => host.calls.alarm(alarm, by, command),
 *     };
 *   },
 *   smtp: config.smtp,
 *   log,
 * });
 * sockets.extensions = [telemetryDesk.extension, attendance.extension]; // who is there
 * tell: (delivery) => voice.tell(delivery),                        // then submit `attempted` with what it resolves to
 * voice.routes(host.cores.routes.routes);                          // at every start of the cores, and when routes change
 * for (const name of voice.present) input({ kind: 'person', name, present: true }); // at every start of the cores
 * ```
 */
import type { SessionNotifier } from '@bothy/rooms/drivers/websocket';
import { type AttemptResult, type Delivery, headline } from '@bothy/telemetry/core';
import type { SmtpSettings } from '@bothy/telemetry/drivers/notify';
import { type AlarmChanged, type AlarmRoute, BothyError } from '@bothy/wire';
import type { Logger } from 'pino';
import type { RoomSpeaker } from '../rooms/room-voice.ts';
import type { Attendance } from './notify-attendance.ts';
import { type AlarmDesk, AlarmRooms } from './notify-rooms.ts';
import { OutsideCalls } from './outside-calls.ts';

export interface AlarmVoiceOptions {
  readonly node: string;
  readonly rooms: RoomSpeaker;
  readonly notifier: () => SessionNotifier;
  /** Sessions that follow alarms. */
  readonly alarmSessions: () => Iterable<string>;
  /** Who is there: it is asked to listen from the start of the node, before there is anything to tell. */
  readonly attendance: Attendance;
  readonly desk: () => Promise<AlarmDesk>;
  /** Undefined: this node sends no mail. */
  readonly smtp: SmtpSettings | undefined;
  readonly log: Pick<Logger, 'warn'>;
  readonly wallMs?: () => number;
}

export class AlarmVoice {
  readonly #options: AlarmVoiceOptions;
  readonly #rooms: AlarmRooms;
  readonly #attendance: Attendance;
  readonly #outside = new OutsideCalls();

  constructor(options: AlarmVoiceOptions) {
    this.#options = options;
    this.#rooms = new AlarmRooms(options);
    this.#attendance = options.attendance;
  }

  /** Persons who have a session. */
  get present(): readonly string[] {
    return this.#attendance.present;
  }

  /** All routes that there are: the rooms that they name are joined. */
  routes(routes: readonly AlarmRoute[]): void {
    const rooms = routes.flatMap(({ to }) => (to.kind === 'room' ? [to.room] : []));
    this.#rooms.watch([...new Set(rooms)]);
  }

  /** What became of it. Rejects never. */
  async tell(delivery: Delivery): Promise<AttemptResult> {
    try {
      return await this.#tell(delivery);
    } catch (thrown) {
      return { ok: false, sentence: BothyError.from(thrown).message };
    }
  }

  stop(): void {
    this.#rooms.stop();
  }

  async #tell(delivery: Delivery): Promise<AttemptResult> {
    const { to } = delivery;
    const { node, smtp, alarmSessions, wallMs = Date.now } = this.#options;
    switch (to.kind) {
      case 'room':
        return await this.#rooms.tell(to.room, delivery);
      case 'person': {
        const sessions = this.#attendance.sessionsOf(to.name);
        if (sessions.length === 0) return { ok: false, sentence: `${to.name} has no session here` };
        this.#notify(sessions, delivery, true);
        return { ok: true };
      }
      case 'browser':
        this.#notify(alarmSessions(), delivery, false);
        return { ok: true };
      case 'webhook': {
        const { tellWebhook } = await import('@bothy/telemetry/drivers/notify');
        const tell = () => tellWebhook(to, delivery, { node, wallMs });
        return await this.#outside.call(URL.parse(to.url)?.host ?? to.url, tell);
      }
      case 'email': {
        if (smtp === undefined)
          return { ok: false, sentence: 'this node knows no mail server: start it with --smtp-url' };
        const { tellByMail } = await import('@bothy/telemetry/drivers/notify');
        return await this.#outside.call('mail', () => tellByMail(to.to, delivery, smtp, node));
      }
    }
  }

  #notify(sessions: Iterable<string>, delivery: Delivery, forYou: boolean): void {
    const [first] = delivery.lines;
    if (first === undefined) return;
    const notify = { id: delivery.id, route: delivery.route, text: headline(delivery) };
    const params: AlarmChanged = { alarm: first.alarm, notify, ...(forYou ? { forYou: true } : {}) };
    this.#options.notifier().notify(sessions, { method: 'alarm.changed', params: { ...params } });
  }
}
