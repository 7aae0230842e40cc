/** Alarms in rooms: the node posts what routes tell, and does what members answer. */
import { randomUUID } from 'node:crypto';
import { type AttemptResult, alarmLine, type Delivery, deliveryText } from '@bothy/telemetry/core';
import {
  type Alarm,
  type AlarmCommand,
  type AlarmId,
  BothyError,
  type RoomEntry,
  type RoomId,
} from '@bothy/wire';
import type { Logger } from 'pino';
import type { RoomSpeaker } from '../rooms/room-voice.ts';
import { alarmsOf, parseRoomCommand, type RoomAlarmCommand } from './notify-commands.ts';

/** The alarms that this node keeps, as rooms need them. */
export interface AlarmDesk {
  /** Active, or not acknowledged. */
  open(): readonly Alarm[];
  /** Another node keeps it, and does what is written there. */
  isElsewhere(alarm: AlarmId): boolean;
  /** Throws `not_found`, and what else the core refuses with. */
  command(alarm: AlarmId, by: string, command: AlarmCommand): Promise<Alarm>;
}

export interface AlarmRoomsOptions {
  readonly node: string;
  readonly rooms: RoomSpeaker;
  readonly desk: () => Promise<AlarmDesk>;
  readonly log: Pick<Logger, 'warn'>;
  /** Between two attempts to join a room. @default 30000 */
  readonly retryMs?: number;
}

/** Commands of one room that wait; more are dropped, which nobody types. */
const mostQueued = 50;
const mostListed = 15;
/** How far back the last message of ours is looked for. */
const lookBack = 100;
const mostRemembered = 1_000;

export class AlarmRooms {
  readonly #options: AlarmRoomsOptions;
  /** Rooms that routes name, and whether we are in. */
  readonly #joined = new Map<RoomId, boolean>();
  readonly #queues = new Map<RoomId, { length: number; last: Promise<void> }>();
  /** What was acknowledged in a room is not told there again. Values: the alarm's `count`. */
  readonly #acknowledgedIn = new Map<string, number>();
  #retry: NodeJS.Timeout | undefined;

  constructor(options: AlarmRoomsOptions) {
    this.#options = options;
    options.rooms.onEntries((room, entries) => {
      for (const entry of entries) this.#heard(room, entry);
    });
    options.rooms.onRestart(() => {
      for (const room of this.#joined.keys()) this.#joined.set(room, false);
      this.#joinAll();
    });
  }

  /** The rooms that routes name: joined, to hear what members write there; those that none names any more are left. */
  watch(rooms: readonly RoomId[]): void {
    for (const room of [...this.#joined.keys()]) {
      if (rooms.includes(room)) continue;
      if (this.#joined.get(room) === true)
        void this.#command({ kind: 'leave', requestId: randomUUID(), room });
      this.#joined.delete(room);
    }
    for (const room of rooms) if (!this.#joined.has(room)) this.#joined.set(room, false);
    this.#joinAll();
  }

  /** Rejects never. */
  async tell(room: RoomId, delivery: Delivery): Promise<AttemptResult> {
    const told = this.#withoutKnown(room, delivery);
    if (told.lines.length + told.more.length === 0) return { ok: true };
    if (!this.#joined.has(room)) this.#joined.set(room, false);
    if (this.#joined.get(room) === false) {
      const refused = await this.#join(room);
      if (refused !== undefined) return refused;
    }
    const body = deliveryText(told, true);
    const sent = await this.#command({ kind: 'send', room, messageId: delivery.id, body });
    // Said in other words before: the message is there.
    if (sent.ok || sent.code === 'message_id_reused') return { ok: true };
    if (sent.code === 'not_a_member') this.#joined.set(room, false);
    return failure(sent.code, sent.message);
  }

  stop(): void {
    clearTimeout(this.#retry);
  }

  // --- rooms -----------------------------------------------------------------

  #joinAll(): void {
    clearTimeout(this.#retry);
    for (const [room, isIn] of this.#joined) if (!isIn) void this.#join(room);
    const { retryMs = 30_000 } = this.#options;
    this.#retry = setTimeout(() => {
      if ([...this.#joined.values()].includes(false)) this.#joinAll();
    }, retryMs).unref();
  }

  async #join(room: RoomId): Promise<AttemptResult | undefined> {
    const joined = await this.#command({ kind: 'join', requestId: randomUUID(), room, limit: 0 });
    if (!joined.ok) return failure(joined.code, joined.message);
    if (this.#joined.has(room)) this.#joined.set(room, true);
    return undefined;
  }

  async #command(command: Parameters<RoomSpeaker['command']>[0]) {
    return await this.#options.rooms.command(command);
  }

  // --- what members write ------------------------------------------------------

  #heard(room: RoomId, entry: RoomEntry): void {
    const { content, author } = entry;
    if (content.kind !== 'message' || content.body === null || author.startsWith('node:')) return;
    const asked = parseRoomCommand(content.body);
    if (asked === undefined) return;
    const queue = this.#queues.get(room) ?? { length: 0, last: Promise.resolve() };
    this.#queues.set(room, queue);
    if (queue.length >= mostQueued) return;
    queue.length += 1;
    // One after the other: what is asked twice is answered in the order in which it was asked.
    queue.last = queue.last
      .then(() => this.#obey(room, entry, asked))
      .catch((thrown: unknown) => {
        const { code, message } = BothyError.from(thrown);
        this.#options.log.warn({ room, code }, `an alarm's command in a room failed: ${message}`);
      })
      .finally(() => {
        queue.length -= 1;
        if (queue.length === 0) this.#queues.delete(room);
      });
  }

  async #obey(room: RoomId, entry: RoomEntry, asked: RoomAlarmCommand): Promise<void> {
    const desk = await this.#options.desk();
    if (asked.kind === 'problem') return await this.#reply(room, entry, asked.sentence);
    if (asked.kind === 'list') return await this.#reply(room, entry, listed(desk.open()));
    const named = asked.alarms.length > 0 ? asked.alarms : await this.#meant(room, entry);
    if (named.length === 0) {
      return await this.#reply(
        room,
        entry,
        'Which alarm? Reply to its message, or write its id. /alarms lists them.',
      );
    }
    const ours = named.filter((alarm) => !desk.isElsewhere(alarm));
    const lines: string[] = [];
    for (const alarm of ours) lines.push(await this.#apply(desk, room, entry, alarm, asked.command));
    if (lines.length > 0) await this.#reply(room, entry, lines.join('\n'));
  }

  async #apply(
    desk: AlarmDesk,
    room: RoomId,
    entry: RoomEntry,
    id: AlarmId,
    command: AlarmCommand,
  ): Promise<string> {
    const by = entry.author.startsWith('guest:') ? `${entry.name} (guest)` : entry.name;
    try {
      const alarm = await desk.command(id, by, command);
      if (command.name === 'acknowledge') this.#remember(`${room} ${id}`, alarm.count);
      return doneWords(alarm, by, command);
    } catch (thrown) {
      return BothyError.from(thrown).message;
    }
  }

  /** The alarms of the message that this one replies to, or of the last that we wrote here. */
  async #meant(room: RoomId, entry: RoomEntry): Promise<readonly AlarmId[]> {
    const { content } = entry;
    const replyTo = content.kind === 'message' ? content.replyTo : undefined;
    const range =
      replyTo === undefined ? { before: entry.seq, limit: lookBack } : { after: replyTo - 1, limit: 1 };
    const answer = await this.#command({ kind: 'history', room, ...range });
    if (!answer.ok || !('entries' in answer.value)) return [];
    const own = `node:${this.#options.node}`;
    for (const said of answer.value.entries.toReversed()) {
      if (said.author !== own || said.content.kind !== 'message') continue;
      const alarms = alarmsOf(said.content.body ?? '');
      if (alarms.length > 0) return alarms;
    }
    return [];
  }

  /** Its key names what it answers, so that it stands there once. */
  async #reply(room: RoomId, { epoch, seq }: RoomEntry, body: string): Promise<void> {
    const messageId = `alarm-${epoch}-${seq}-${this.#options.node}`
      .replace(/[^A-Za-z0-9._:-]/g, '_')
      .slice(0, 64);
    const sent = await this.#command({ kind: 'send', room, messageId, body, replyTo: seq });
    if (!sent.ok) this.#options.log.warn({ room, code: sent.code }, `no answer in a room: ${sent.message}`);
  }

  #remember(key: string, count: number): void {
    this.#acknowledgedIn.delete(key);
    this.#acknowledgedIn.set(key, count);
    for (const oldest of this.#acknowledgedIn.keys()) {
      if (this.#acknowledgedIn.size <= mostRemembered) break;
      this.#acknowledgedIn.delete(oldest);
    }
  }

  #withoutKnown(room: RoomId, delivery: Delivery): Delivery {
    const isKnown = ({ id, count }: Alarm): boolean => this.#acknowledgedIn.get(`${room} ${id}`) === count;
    const lines = delivery.lines.filter(({ news, alarm }) => news !== 'acknowledged' || !isKnown(alarm));
    return { ...delivery, lines };
  }
}

/** A room that is gone stays gone; everything else may pass. */
function failure(code: string, message: string): AttemptResult {
  return code === 'room_deleted'
    ? { ok: false, sentence: message, isFinal: true }
    : { ok: false, sentence: message };
}

function listed(open: readonly Alarm[]): string {
  if (open.length === 0) return '✅ No alarm is open.';
  const lines = open.toReversed().slice(0, mostListed).map(alarmLine);
  const others = open.length - lines.length;
  return [...lines, ...(others > 0 ? [`and ${others} more`] : [])].join('\n');
}

function doneWords({ id, acknowledgedBy }: Alarm, by: string, command: AlarmCommand): string {
  switch (command.name) {
    case 'acknowledge':
      return acknowledgedBy === by
        ? `👍 ${by} acknowledged ${id}`
        : `👍 ${acknowledgedBy} acknowledged ${id} before`;
    case 'shelve':
      return `💤 ${by} shelved ${id} for ${Math.round(command.forMs / 60_000)} min`;
    case 'unshelve':
      return `🔔 ${by} took ${id} off the shelf`;
    case 'note':
      return `📝 ${by} noted something at ${id}`;
  }
}
