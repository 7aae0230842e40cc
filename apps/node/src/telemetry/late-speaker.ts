/** The node's place in rooms for who is made before there are rooms. */
import { BothyError, type RoomCommand, type RoomResult } from '@bothy/wire';
import type { RoomSpeaker } from '../rooms/room-voice.ts';

type EntryListener = Parameters<RoomSpeaker['onEntries']>[0];

export class LateSpeaker implements RoomSpeaker {
  #speaker: RoomSpeaker | undefined;
  readonly #entries: EntryListener[] = [];
  readonly #restarts: (() => void)[] = [];

  attach(speaker: RoomSpeaker): void {
    this.#speaker = speaker;
    for (const listener of this.#entries) speaker.onEntries(listener);
    for (const listener of this.#restarts) speaker.onRestart(listener);
  }

  async command(command: RoomCommand): Promise<RoomResult> {
    if (this.#speaker !== undefined) return await this.#speaker.command(command);
    const { code, message } = new BothyError('rate_limited', 'The rooms of this node are not open yet.');
    return { ok: false, code, message };
  }

  onEntries(listener: EntryListener): void {
    this.#entries.push(listener);
    this.#speaker?.onEntries(listener);
  }

  onRestart(listener: () => void): void {
    this.#restarts.push(listener);
    this.#speaker?.onRestart(listener);
  }
}
