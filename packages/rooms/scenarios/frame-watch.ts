/**
 * What a node tells one client, frame by frame: shown to the checker as it comes, for the client core would mend much
 * of what a node does wrong, and a program of somebody else would not.
 */
import type { ErrorCode, Position, RoomCommand, RoomEntry, RoomId, ServerFrame } from '@bothy/wire';
import type { SimClient } from './sim-client.ts';
import type { Asked } from './sim-frames.ts';
import type { SimNode } from './sim-node.ts';

export interface FrameObserver {
  /** The client gets a room from after this place on: it came back, joined, or made it. */
  began(client: SimClient, room: RoomId, position: Position, entries: readonly RoomEntry[]): void;
  entries(client: SimClient, room: RoomId, entries: readonly RoomEntry[]): void;
  gap(client: SimClient, room: RoomId, from: number, to: number): void;
  /** A node gets a command. */
  asked(client: SimClient, command: RoomCommand): void;
  refused(client: SimClient, command: RoomCommand, code: ErrorCode): void;
  /** The client is given a room that can be reached. */
  joined(client: SimClient, command: RoomCommand): void;
  deleted(client: SimClient, room: RoomId, node: SimNode): void;
  /** Something was said that no schema takes. */
  unreadable(client: SimClient, reason: string): void;
}

export class FrameWatch {
  readonly #client: SimClient;
  readonly #observer: FrameObserver;
  /** Of the connection that stands. */
  readonly #asked = new Map<string, Asked>();

  constructor(client: SimClient, observer: FrameObserver) {
    this.#client = client;
    this.#observer = observer;
  }

  connected(): void {
    this.#asked.clear();
  }

  asked(asked: Asked): void {
    if (asked.kind === 'wrong') this.#observer.unreadable(this.#client, asked.reason);
    else this.#asked.set(asked.id, asked);
    if (asked.kind === 'command') this.#observer.asked(this.#client, asked.command);
  }

  told(node: SimNode, frame: ServerFrame): void {
    const client = this.#client;
    switch (frame.kind) {
      case 'entry':
        return this.#observer.entries(client, frame.room, [frame.entry]);
      case 'notice':
        if (frame.notice.kind === 'gap') {
          const { room, from, to } = frame.notice;
          this.#observer.gap(client, room, from, to);
        }
        if (frame.notice.kind === 'state' && frame.notice.state === 'deleted') {
          this.#observer.deleted(client, frame.notice.room, node);
        }
        return;
      case 'refusal': {
        const asked = this.#asked.get(frame.id ?? '');
        if (asked?.kind === 'command') this.#observer.refused(client, asked.command, frame.code);
        return;
      }
      case 'answer':
        return this.#answered(frame);
      case 'malformed':
        return this.#observer.unreadable(client, frame.reason);
      case 'unknown':
        return this.#observer.unreadable(client, frame.method);
      case 'extension':
        return;
    }
  }

  #answered(frame: Extract<ServerFrame, { readonly kind: 'answer' }>): void {
    const asked = this.#asked.get(frame.id);
    if (frame.method === 'session.open' && asked?.kind === 'open') {
      const goOn = new Set(frame.result.resumed.flatMap((each) => ('from' in each ? [each.room] : [])));
      for (const { room, epoch, seq } of asked.resume) {
        if (goOn.has(room)) this.#observer.began(this.#client, room, { epoch, seq }, []);
      }
    }
    if (frame.method === 'room.create') {
      const { id, epoch } = frame.result.room;
      this.#observer.began(this.#client, id, { epoch, seq: 0 }, []);
    }
    if (frame.method === 'room.join') {
      const { room, entries } = frame.result;
      const seq = entries.at(-1)?.seq ?? room.lastSeq;
      this.#observer.began(this.#client, room.id, { epoch: room.epoch, seq }, entries);
      // While its administrator is away, who was a member is told what is known here.
      const isSure = room.state === 'available';
      if (isSure && asked?.kind === 'command') this.#observer.joined(this.#client, asked.command);
    }
  }
}
