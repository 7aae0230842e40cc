/** One room that a client is in: what is known of it, and what may be done there. */
import type { ClientCommand, ClientNotice, OutgoingMessage, Whom } from '@bothy/rooms/client-core';
import type {
  Attachment,
  DeletionOutcome,
  Position,
  RoomAnswers,
  RoomEntry,
  RoomId,
  RoomInfo,
  RoomMember,
  RoomNotice,
  RoomRole,
  RoomVisibility,
} from '@bothy/wire';
import { ClientEvents } from './client-events.ts';
import { randomId } from './random-id.ts';

type Notice<Kind extends ClientNotice['kind']> = Extract<ClientNotice, { readonly kind: Kind }>;

export interface RoomEvents {
  readonly entry: RoomEntry;
  /** Entries that are left out: `history` may have them. */
  readonly gap: { readonly from: number; readonly to: number };
  /** What came after `commonSeq` is not in the log. */
  readonly reset: { readonly commonSeq: number };
  /** Room or members were told anew. */
  readonly room: { readonly room: RoomInfo; readonly members: readonly RoomMember[] };
  readonly state: Extract<RoomNotice, { kind: 'state' }>;
  readonly presence: Extract<RoomNotice, { kind: 'presence' }>;
  readonly typing: Extract<RoomNotice, { kind: 'typing' }>;
  /** How an own message stands. */
  readonly message: Notice<'message'>;
  /** The room is followed no longer. */
  readonly out: Notice<'out'>;
}

export type Ask = <Kind extends keyof RoomAnswers>(
  command: Extract<ClientCommand, { readonly kind: Kind }>,
) => Promise<RoomAnswers[Kind]>;

export interface SendOptions {
  readonly replyTo?: number;
  readonly attachments?: readonly Attachment[];
  /** Names the message for ever. @default a new one */
  readonly messageId?: string;
}

/** Entries kept in memory; `history` has older ones. */
const keptEntries = 1_000;

export class RoomHandle {
  readonly id: RoomId;
  readonly #ask: Ask;
  readonly #tell: (command: ClientCommand) => Promise<unknown>;
  readonly #events = new ClientEvents<RoomEvents>();
  #info: RoomInfo | undefined;
  #members: readonly RoomMember[] = [];
  #entries: RoomEntry[] = [];

  constructor(id: RoomId, ask: Ask, tell: (command: ClientCommand) => Promise<unknown>) {
    this.id = id;
    this.#ask = ask;
    this.#tell = tell;
  }

  /** As it was told last; `state` is kept up to date. */
  get info(): RoomInfo | undefined {
    return this.#info;
  }

  /** As they were told last; presence is kept up to date. */
  get members(): readonly RoomMember[] {
    return this.#members;
  }

  /** The last entries, up to 1,000, in order. */
  get entries(): readonly RoomEntry[] {
    return this.#entries;
  }

  /** Returns what ends it. */
  on<Name extends keyof RoomEvents>(name: Name, listener: (event: RoomEvents[Name]) => void): () => void {
    return this.#events.on(name, listener);
  }

  /**
   * Resolves once the message is durable, however long that takes. Rejects with the node's code when it is refused;
   * it is kept then, and `retry` sends it again.
   */
  async send(body: string, options: SendOptions = {}): Promise<RoomAnswers['send']> {
    const { messageId = randomId(), ...rest } = options;
    return await this.#ask<'send'>({ kind: 'send', room: this.id, messageId, body, ...rest });
  }

  async retry({ messageId }: Pick<OutgoingMessage, 'messageId'>): Promise<void> {
    await this.#tell({ kind: 'retry', room: this.id, messageId });
  }

  async discard({ messageId }: Pick<OutgoingMessage, 'messageId'>): Promise<void> {
    await this.#tell({ kind: 'discard', room: this.id, messageId });
  }

  async edit(target: number, body: string): Promise<Position> {
    return await this.#ask<'edit'>({ kind: 'edit', ...this.#request(), target, body });
  }

  async react(target: number, emoji: string, on = true): Promise<Position> {
    return await this.#ask<'react'>({ kind: 'react', ...this.#request(), target, emoji, on });
  }

  async redact(target: number, reason?: string): Promise<Position> {
    const why = reason === undefined ? {} : { reason };
    return await this.#ask<'redact'>({ kind: 'redact', ...this.#request(), target, ...why });
  }

  async pin(target: number, on = true): Promise<Position> {
    return await this.#ask<'pin'>({ kind: 'pin', ...this.#request(), target, on });
  }

  async invite(whom: Whom): Promise<Position> {
    return await this.#ask<'invite'>({ kind: 'invite', ...this.#request(), ...whom });
  }

  async setRole(whom: Whom, role: RoomRole): Promise<Position> {
    return await this.#ask<'setRole'>({ kind: 'setRole', ...this.#request(), ...whom, role });
  }

  async ban(whom: Whom, on = true, reason?: string): Promise<Position> {
    const why = reason === undefined ? {} : { reason };
    return await this.#ask<'ban'>({ kind: 'ban', ...this.#request(), ...whom, on, ...why });
  }

  async update(change: {
    readonly name?: string;
    readonly description?: string;
    readonly visibility?: RoomVisibility;
  }): Promise<Position> {
    return await this.#ask<'update'>({ kind: 'update', ...this.#request(), ...change });
  }

  /** Entries before or after a place; without one the last. At most 200. */
  async history(
    range: { readonly before?: number; readonly after?: number; readonly limit?: number } = {},
  ): Promise<RoomAnswers['history']> {
    return await this.#ask<'history'>({ kind: 'history', room: this.id, limit: 50, ...range });
  }

  /** The room and its members, asked anew. */
  async refresh(): Promise<RoomAnswers['info']> {
    return await this.#ask<'info'>({ kind: 'info', room: this.id });
  }

  typing(active = true): void {
    void this.#tell({ kind: 'typing', room: this.id, active });
  }

  async markRead(seq: number): Promise<void> {
    await this.#ask<'markRead'>({ kind: 'markRead', room: this.id, seq });
  }

  async leave(): Promise<void> {
    await this.#ask<'leave'>({ kind: 'leave', ...this.#request() });
  }

  /** Deletes the room for all; `pending` names nodes that have not confirmed. */
  async delete(): Promise<DeletionOutcome> {
    return await this.#ask<'delete'>({ kind: 'delete', ...this.#request() });
  }

  /** What the client heard of this room. */
  took(notice: ClientNotice): void {
    switch (notice.kind) {
      case 'room':
        this.#info = notice.room;
        this.#members = notice.members;
        return this.#events.emit('room', notice);
      case 'entries':
        this.#entries.push(...notice.entries);
        if (this.#entries.length > 2 * keptEntries) this.#entries = this.#entries.slice(-keptEntries);
        for (const entry of notice.entries) this.#events.emit('entry', entry);
        return;
      case 'reset':
        this.#entries = this.#entries.filter(({ seq }) => seq <= notice.commonSeq);
        return this.#events.emit('reset', notice);
      case 'state':
        if (this.#info !== undefined) this.#info = { ...this.#info, state: notice.state };
        return this.#events.emit('state', notice);
      case 'presence': {
        const { person, presence } = notice;
        this.#members = this.#members.map((each) => (each.person === person ? { ...each, presence } : each));
        return this.#events.emit('presence', notice);
      }
      case 'gap':
        return this.#events.emit('gap', notice);
      case 'typing':
        return this.#events.emit('typing', notice);
      case 'message':
        return this.#events.emit('message', notice);
      case 'out':
        return this.#events.emit('out', notice);
      default:
    }
  }

  #request(): { readonly requestId: string; readonly room: RoomId } {
    return { requestId: randomId(), room: this.id };
  }
}
