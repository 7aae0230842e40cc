/**
 * The steps that remove a person, and what undoes each. Every step looks at how things are before it does anything, so
 * that it may be carried out again after a crash.
 *
 *   key ──▶ name ──▶ sessions ──▶ rooms ──▶ mailbox (from here on there is no way back)
 *
 * The key is kept out first, or the person would come back between two steps.
 */
import type { SagaStep, StepOutcome } from '@bothy/protocols';
import type { Removal } from '@bothy/store';
import {
  BothyError,
  type Name,
  type NodeId,
  type PersonId,
  type RoomActor,
  type RoomCommand,
  type RoomId,
  type RoomResult,
} from '@bothy/wire';

export const removalSteps = [
  { name: 'key', kind: 'compensatable' },
  { name: 'name', kind: 'compensatable' },
  { name: 'sessions', kind: 'compensatable' },
  { name: 'rooms', kind: 'compensatable' },
  { name: 'mailbox', kind: 'pivot' },
] as const satisfies readonly SagaStep[];

export type RemovalStep = (typeof removalSteps)[number]['name'];

export interface RemovalPorts {
  /** Both on all nodes. They reject with `directory_unavailable` or `limit_reached`. */
  readonly keys: {
    readonly keepOut: (person: PersonId, name: Name, by: Name) => Promise<void>;
    readonly letIn: (person: PersonId, by: Name) => Promise<unknown>;
  };
  readonly names: {
    readonly lookup: (name: Name) => Promise<PersonId | undefined>;
    /** On all nodes. Tokens of the name are void from then on. Rejects with `directory_unavailable`. */
    readonly release: (name: Name) => Promise<boolean>;
    /** Gives a name back to who had it. False when it is somebody else's by now. */
    readonly bind: (name: Name, person: PersonId) => Promise<boolean>;
  };
  readonly endSessions: (person: PersonId) => void;
  /** Sessions, waiting messages and what is retained of this person at the broker. How much there was. */
  readonly clearMailbox: (name: Name, person: PersonId) => Promise<number>;
  readonly rooms: {
    readonly command: (actor: RoomActor, command: RoomCommand) => Promise<RoomResult>;
    /** Undefined while the rooms are built anew. */
    readonly listed: () => readonly RoomId[] | undefined;
    /** Nodes that cannot be asked now. */
    readonly away: () => readonly NodeId[];
  };
  /** Rooms that the person is banned from by a removal. */
  readonly banned: {
    readonly add: (removal: string, room: RoomId) => Promise<void>;
    readonly of: (removal: string) => Promise<readonly RoomId[]>;
  };
}

export interface StepEnd {
  readonly outcome: StepOutcome;
  readonly trouble?: string;
}

const done: StepEnd = { outcome: 'done' };

export class RemovalSteps {
  readonly #ports: RemovalPorts;

  constructor(ports: RemovalPorts) {
    this.#ports = ports;
  }

  /** What is refused or fails for a while is `again`. Never rejects. */
  async run(direction: 'carryOut' | 'undo', step: RemovalStep, removal: Removal): Promise<StepEnd> {
    try {
      return await (direction === 'carryOut' ? this.#carryOut(step, removal) : this.#undo(step, removal));
    } catch (thrown) {
      return { outcome: 'again', trouble: BothyError.from(thrown).message };
    }
  }

  async #carryOut(step: RemovalStep, removal: Removal): Promise<StepEnd> {
    switch (step) {
      case 'key':
        return await this.#keepOut(removal);
      case 'name':
        return await this.#releaseName(removal);
      case 'sessions':
        this.#ports.endSessions(removal.person);
        return done;
      case 'rooms':
        return await this.#leaveRooms(removal);
      case 'mailbox':
        return await this.#clearMailbox(removal);
    }
  }

  async #undo(step: RemovalStep, removal: Removal): Promise<StepEnd> {
    switch (step) {
      case 'key':
        return await this.#letIn(removal);
      case 'name': {
        const { name, person } = removal;
        // A key that is kept out is given no name: it is let in before its own step comes to it.
        await this.#letIn(removal);
        // Somebody else may have taken it meanwhile: then there is nothing to give back.
        if ((await this.#ports.names.lookup(name)) === undefined) await this.#ports.names.bind(name, person);
        return done;
      }
      case 'rooms':
        return await this.#liftBans(removal);
      // They sign in again by themselves; and the mailbox is never undone.
      case 'sessions':
      case 'mailbox':
        return done;
    }
  }

  async #keepOut({ person, name, byName, mayReturn }: Removal): Promise<StepEnd> {
    if (!mayReturn) await this.#ports.keys.keepOut(person, name, byName);
    return done;
  }

  async #letIn({ person, byName, mayReturn }: Removal): Promise<StepEnd> {
    if (!mayReturn) await this.#ports.keys.letIn(person, byName);
    return done;
  }

  async #releaseName({ name, person }: Removal): Promise<StepEnd> {
    const { names } = this.#ports;
    if ((await names.lookup(name)) === person) await names.release(name);
    return done;
  }

  async #leaveRooms(removal: Removal): Promise<StepEnd> {
    const { rooms, banned } = this.#ports;
    const listed = rooms.listed();
    if (listed === undefined) return { outcome: 'again', trouble: 'The rooms of this node start anew.' };
    const trouble: string[] = [];
    for (const room of listed) {
      // Only where they are a member: whoever never came is not banned either.
      const member = await rooms.command(memberActor(removal), { kind: 'info', room });
      if (!member.ok) {
        if (!isElsewhere(member.code)) trouble.push(member.message);
        continue;
      }
      await banned.add(removal.id, room);
      const ban = await rooms.command(operatorActor(removal), banCommand(removal, room, true));
      if (!ban.ok && !isElsewhere(ban.code)) trouble.push(ban.message);
    }
    const away = rooms.away();
    if (away.length > 0) trouble.push(`${away.join(', ')} cannot be reached, and may have rooms of theirs.`);
    const [first] = trouble;
    return first === undefined ? done : { outcome: 'again', trouble: first };
  }

  async #liftBans(removal: Removal): Promise<StepEnd> {
    const { rooms, banned } = this.#ports;
    for (const room of await banned.of(removal.id)) {
      const lifted = await rooms.command(operatorActor(removal), banCommand(removal, room, false));
      if (!lifted.ok && !isElsewhere(lifted.code)) return { outcome: 'again', trouble: lifted.message };
    }
    return done;
  }

  /** Last wills of connections that were ended come a moment later: it is done once nothing is found. */
  async #clearMailbox({ name, person }: Removal): Promise<StepEnd> {
    const { names, clearMailbox } = this.#ports;
    const owner = await names.lookup(name);
    // What is there now may be of who took the name since.
    if (owner !== undefined && owner !== person) return done;
    const found = await clearMailbox(name, person);
    if (found === 0) return done;
    return {
      outcome: 'again',
      trouble: `${found} left in the mailbox were cleared; it is looked at once more.`,
    };
  }
}

/** The room is gone, or they are not in it. */
function isElsewhere(code: string): boolean {
  return ['not_a_member', 'room_not_found', 'room_deleted', 'banned'].includes(code);
}

function memberActor({ person, name }: Removal): RoomActor {
  return { person, name, verified: true, operator: false };
}

function operatorActor({ byPerson, byName }: Removal): RoomActor {
  return { person: byPerson, name: byName, verified: true, operator: true };
}

function banCommand({ id, person }: Removal, room: RoomId, on: boolean): RoomCommand {
  const requestId = `${on ? 'remove' : 'return'}-${id}`;
  return { kind: 'ban', requestId, room, person, on, reason: 'An operator has removed this person.' };
}
