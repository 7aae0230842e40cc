/**
 * The node's own place in rooms: a session of the rooms core as any client has one, by which the node joins, writes and
 * hears. Its author is `node:<id>`. It is opened with the first room, so that a node that has nothing to say is nowhere.
 */
import type { RoomsInput, RoomsOutput } from '@bothy/rooms/core';
import type { ErrorCode, NodeId, RoomActor, RoomCommand, RoomEntry, RoomId, RoomResult } from '@bothy/wire';

/** What others of the node see of it. */
export interface RoomSpeaker {
  /** Joined or not, it answers as it answers a client. */
  command(command: RoomCommand): Promise<RoomResult>;
  /** Entries of rooms that it has joined, as they come; those of before the joining never. */
  onEntries(listener: (room: RoomId, entries: readonly RoomEntry[]) => void): void;
  /** The rooms of this node began anew: every room has to be joined again. */
  onRestart(listener: () => void): void;
}

export const voiceSession = '~voice';
const mostWaiting = 1_000;

type Reply = Extract<RoomsOutput, { readonly kind: 'reply' }>;

export class RoomVoice implements RoomSpeaker {
  readonly actor: RoomActor;
  readonly #submit: (input: RoomsInput) => boolean;
  readonly #waiting = new Map<
    string,
    { readonly command: RoomCommand; readonly done: (result: RoomResult) => void }
  >();
  readonly #joined = new Set<RoomId>();
  readonly #entryListeners: ((room: RoomId, entries: readonly RoomEntry[]) => void)[] = [];
  readonly #restartListeners: (() => void)[] = [];
  #isOpen = false;
  #count = 0;

  constructor(node: NodeId, submit: (input: RoomsInput) => boolean) {
    // As an operator it may join private rooms: an operator has named them.
    this.actor = { person: `node:${node}`, name: node, verified: true, operator: true };
    this.#submit = submit;
  }

  command(command: RoomCommand): Promise<RoomResult> {
    if (this.#waiting.size >= mostWaiting) return Promise.resolve(busy('rate_limited'));
    this.#count += 1;
    const id = `voice ${this.#count}`;
    return new Promise((done) => {
      this.#waiting.set(id, { command, done });
      const input = { kind: 'command', id, session: voiceSession, actor: this.actor, command } as const;
      if (!this.#opened() || !this.#submit(input)) this.#settle(id, busy('rate_limited'));
    });
  }

  onEntries(listener: (room: RoomId, entries: readonly RoomEntry[]) => void): void {
    this.#entryListeners.push(listener);
  }

  onRestart(listener: () => void): void {
    this.#restartListeners.push(listener);
  }

  // --- for the host of the rooms -------------------------------------------------

  answer({ id, result }: Reply): void {
    const command = this.#waiting.get(id)?.command;
    if (result.ok && command?.kind === 'join') this.#joined.add(command.room);
    if (result.ok && command?.kind === 'leave') this.#joined.delete(command.room);
    this.#settle(id, result);
  }

  heard(room: RoomId, entries: readonly RoomEntry[]): void {
    if (!this.#joined.has(room)) return;
    for (const listener of this.#entryListeners) listener(room, entries);
  }

  /** The rooms have ended; whoever waits is told. */
  ended(): void {
    this.#isOpen = false;
    this.#joined.clear();
    for (const id of [...this.#waiting.keys()]) this.#settle(id, busy('rate_limited'));
  }

  /** They are there again. */
  began(): void {
    for (const listener of this.#restartListeners) listener();
  }

  #opened(): boolean {
    if (this.#isOpen) return true;
    const input = { kind: 'sessionOpened', session: voiceSession, actor: this.actor, resume: [] } as const;
    this.#isOpen = this.#submit(input);
    return this.#isOpen;
  }

  #settle(id: string, result: RoomResult): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.done(result);
  }
}

function busy(code: ErrorCode): RoomResult {
  return { ok: false, code, message: 'The rooms of this node are busy or start anew.' };
}
