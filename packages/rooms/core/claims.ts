/**
 * What the directory of the cluster is told of this node's rooms. It takes one room of a creation and lets none that was
 * buried come back, so a room is nobody's before it has it:
 *
 *   made, durable here ──claimRoom──▶ claimed: acknowledged, listed, told to others
 *                          ├────────▶ another was first, or it cannot be: gone without a trace
 *                          └────────▶ nobody knows (no majority; this node ended): asked again until one of these
 *
 * What may have been claimed is never taken back: who asks with the same request again is to get that room, not a second
 * one. Rooms that were there before the directory (the default room, older data) go on meanwhile.
 */
import type { DirectoryResult, DirectoryRoomClaim, NodeId, RoomEntry, RoomId, RoomResult } from '@bothy/wire';
import { bounds, timing } from './config.ts';
import type { DirectoryRefused, RoomsInput } from './inputs.ts';
import type { RoomIntent } from './records.ts';
import type { Room } from './room.ts';
import { refusal, type Step } from './step.ts';
import { creationOf } from './twins.ts';

/** A room that was made here, and of which nobody is told yet. */
export interface Draft {
  readonly room: Room;
  /** Its first entries; empty when an earlier start made it. */
  readonly entries: readonly RoomEntry[];
  /** Who asked for it, the first one first. */
  readonly waiting: DraftOrigin[];
}

interface DraftOrigin {
  readonly id: string;
  readonly session: string | null;
}

interface StandingDraft extends Draft {
  /** Something that was asked may still be carried out: it is not given up before the directory says so. */
  isOpen: boolean;
}

export interface ClaimsListener {
  own(room: RoomId): Room | undefined;
  /** All that this node orders. */
  ownRooms(): readonly Room[];
  isBuried(room: RoomId): boolean;
  /** The room is there from now on. */
  claimed(step: Step, draft: Draft): void;
  /** It leaves no trace. */
  dropped(step: Step, room: Room): void;
  /** The directory has buried it. */
  gone(step: Step, room: RoomId): void;
  /** As it is known here; else a refusal that says where it is. */
  winner(claim: DirectoryRoomClaim): RoomResult;
}

/** Told until it is answered. */
interface Errand {
  readonly intent: RoomIntent;
  isAsked: boolean;
}

const againTimer = 'claims';

export class Claims {
  readonly #self: NodeId;
  readonly #listener: ClaimsListener;
  readonly #drafts = new Map<RoomId, StandingDraft>();
  readonly #errands = new Map<RoomId, Errand>();
  #asked = 0;
  /** It did not answer just now. */
  #isPaused = false;

  constructor(
    self: NodeId,
    listener: ClaimsListener,
    drafts: readonly Room[],
    intents: readonly RoomIntent[],
  ) {
    this.#self = self;
    this.#listener = listener;
    // Who asked for them is gone, and may have been told that they were made, or not: they are, as their request says.
    for (const room of drafts) {
      this.#drafts.set(room.id, { room, entries: [], waiting: [], isOpen: true });
      this.#want({ room: room.id, intent: 'claim', epoch: room.epoch });
    }
    for (const intent of intents) if (intent.intent === 'bury') this.#want(intent);
  }

  get draftCount(): number {
    return this.#drafts.size;
  }

  draftCreatedBy(createdBy: string): Draft | undefined {
    for (const draft of this.#drafts.values()) if (draft.room.createdBy === createdBy) return draft;
    return undefined;
  }

  start(step: Step): void {
    this.#askOn(step);
  }

  /** A room was made, and nobody is told before the directory has it. */
  make(step: Step, room: Room, entries: readonly RoomEntry[], origin: DraftOrigin): void {
    const intent = { room: room.id, intent: 'claim', epoch: room.epoch } as const;
    this.#drafts.set(room.id, { room, entries, waiting: [origin], isOpen: false });
    step.persist({ kind: 'putIntent', intent });
    const errand = this.#want(intent);
    if (errand !== undefined) this.#ask(step, errand);
  }

  /** Somebody asks for a draft again. Asked at once: who asks is not to wait for the next round. */
  await(step: Step, draft: Draft, origin: DraftOrigin): void {
    if (draft.waiting.length >= bounds.draftOrigins) {
      return step.reply(
        origin.id,
        origin.session,
        refusal('rate_limited', 'This room is being made already.'),
      );
    }
    draft.waiting.push(origin);
    const errand = this.#errands.get(draft.room.id);
    if (errand !== undefined && !errand.isAsked) this.#ask(step, errand);
  }

  /** A room that is there already. */
  claim(step: Step, room: Room): void {
    this.#want({ room: room.id, intent: 'claim', epoch: room.epoch });
    this.#askOn(step);
  }

  /** A room of this node was deleted: the directory is to know, however long that takes. In one write with its end. */
  bury(step: Step, room: Room): void {
    const intent = { room: room.id, intent: 'bury', epoch: room.epoch } as const;
    step.persist({ kind: 'putIntent', intent });
    this.#errands.delete(room.id);
    this.#want(intent);
    this.#askOn(step);
  }

  answered(step: Step, { id, result }: Extract<RoomsInput, { kind: 'directoryAnswered' }>): void {
    this.#asked -= 1;
    const room = id.slice(id.indexOf(' ') + 1);
    const errand = this.#errands.get(room);
    // Meanwhile the room was deleted, or the directory has said already what became of it.
    if (errand !== undefined && nameOf(errand) === id) {
      errand.isAsked = false;
      if (!result.ok) this.#refused(step, errand, result);
      else if (errand.intent.intent === 'bury') this.#buried(step, errand, result.result);
      else this.#claimed(step, errand, result.result);
    }
    this.#askOn(step);
  }

  says(step: Step, { whole, rooms, buried }: Extract<RoomsInput, { kind: 'directorySays' }>): void {
    for (const room of buried) this.#saysBuried(step, room);
    const known = new Set<RoomId>();
    for (const { room, administrator, epoch } of rooms) {
      if (administrator !== this.#self) continue;
      known.add(room);
      const errand = this.#errands.get(room);
      if (errand?.intent.intent === 'claim') this.#claimed(step, errand, { kind: 'claimed' });
      // It was deleted here, and something asked earlier came through only now.
      if (this.#listener.isBuried(room)) this.#want({ room, intent: 'bury', epoch });
    }
    if (whole) {
      for (const room of this.#listener.ownRooms()) {
        if (!known.has(room.id)) this.#want({ room: room.id, intent: 'claim', epoch: room.epoch });
      }
    }
    this.#askOn(step);
  }

  timerFired(step: Step): void {
    this.#isPaused = false;
    this.#askOn(step);
  }

  #want(intent: RoomIntent): Errand | undefined {
    const known = this.#errands.get(intent.room);
    if (known?.intent.intent === intent.intent) return known;
    const errand = { intent, isAsked: false };
    this.#errands.set(intent.room, errand);
    return errand;
  }

  /** What is still to be told, a few at a time. */
  #askOn(step: Step): void {
    if (this.#isPaused) return;
    for (const errand of this.#errands.values()) {
      if (this.#asked >= bounds.directoryAsks) return;
      if (!errand.isAsked) this.#ask(step, errand);
    }
  }

  #ask(step: Step, errand: Errand): void {
    const { room, intent, epoch } = errand.intent;
    errand.isAsked = true;
    this.#asked += 1;
    const claim = { room, administrator: this.#self, epoch, creation: creationOf(room) };
    step.emit({
      kind: 'askDirectory',
      id: nameOf(errand),
      command: intent === 'bury' ? { kind: 'buryRoom', room, epoch } : { kind: 'claimRoom', claim },
    });
  }

  #claimed(step: Step, { intent: { room } }: Errand, result: DirectoryResult): void {
    const draft = this.#drafts.get(room);
    switch (result.kind) {
      case 'claimed':
        this.#errands.delete(room);
        if (draft === undefined) return;
        this.#drafts.delete(room);
        step.persist({ kind: 'deleteIntent', room });
        return this.#listener.claimed(step, draft);
      case 'roomTaken':
        this.#errands.delete(room);
        // One that people use stays: what becomes of two that were made apart is settled when their nodes meet.
        return draft === undefined ? undefined : this.#giveWay(step, draft, this.#listener.winner(result.by));
      case 'roomBuried':
        return this.#saysBuried(step, room);
      default: {
        const sentence =
          result.kind === 'full' ? result.sentence : 'The directory of this cluster did not take it.';
        if (draft !== undefined && !draft.isOpen)
          return this.#drop(step, draft, refusal('limit_reached', sentence));
        this.#answer(step, draft, refusal('limit_reached', sentence));
        return this.#pause(step);
      }
    }
  }

  #buried(step: Step, { intent: { room } }: Errand, result: DirectoryResult): void {
    // Full: it is told again, for what it forgets first makes room.
    if (result.kind === 'full') return this.#pause(step);
    this.#errands.delete(room);
    step.persist({ kind: 'deleteIntent', room });
  }

  #refused(step: Step, { intent }: Errand, { code, message, mayHappen }: DirectoryRefused): void {
    const draft = this.#drafts.get(intent.room);
    if (draft !== undefined) {
      draft.isOpen ||= mayHappen;
      if (!draft.isOpen) return this.#drop(step, draft, refusal(code, message));
      const sentence = `${message} The room may still be made: ask again with the same requestId, which makes no second one.`;
      this.#answer(step, draft, refusal(code, sentence));
    }
    this.#pause(step);
  }

  /** Another was first. What was asked earlier may come through once that one is gone: this room would be claimed, and nowhere. */
  #giveWay(step: Step, draft: Draft & { readonly isOpen: boolean }, result: RoomResult): void {
    this.#drop(step, draft, result);
    if (draft.isOpen) this.bury(step, draft.room);
  }

  #saysBuried(step: Step, room: RoomId): void {
    const errand = this.#errands.get(room);
    this.#errands.delete(room);
    if (errand?.intent.intent === 'bury') step.persist({ kind: 'deleteIntent', room });
    const draft = this.#drafts.get(room);
    if (draft === undefined) return this.#listener.gone(step, room);
    this.#drop(step, draft, refusal('room_deleted', 'This room was deleted. Make up a new requestId.'));
  }

  #drop(step: Step, draft: Draft, result: RoomResult): void {
    const { room } = draft;
    this.#drafts.delete(room.id);
    this.#errands.delete(room.id);
    step.persist({ kind: 'dropRoom', room: room.id });
    this.#listener.dropped(step, room);
    this.#answer(step, draft, result);
  }

  #answer(step: Step, draft: Draft | undefined, result: RoomResult): void {
    for (const { id, session } of draft?.waiting.splice(0) ?? []) step.reply(id, session, result);
  }

  #pause(step: Step): void {
    if (!this.#isPaused) step.setTimer(againTimer, timing.directoryAgainMs);
    this.#isPaused = true;
  }
}

function nameOf({ intent: { intent, room } }: Errand): string {
  return `${intent} ${room}`;
}
