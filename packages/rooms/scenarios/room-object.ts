/**
 * A room as one honest object, for the checker of linearizability: entries come one after the other, only from who may
 * write them; what people are told of who is in it, who is banned, and that it is gone, is so at that moment.
 */
import { closedUp, type ObjectModel } from '@bothy/protocols';
import type { Author, RoomEntry, RoomRole } from '@bothy/wire';

export type RoomAct =
  /** Answered with its place. */
  | { readonly kind: 'entry'; readonly entry: RoomEntry; readonly isOperator: boolean }
  /** Somebody is told that one of these is, or is not, a member, or is banned. */
  | {
      readonly kind: 'standing';
      readonly is: 'member' | 'noMember' | 'banned';
      readonly anyOf: readonly Author[];
    }
  /** Somebody is told that it was deleted. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'delete' };
/** The place of an entry; true for everything else. */
export type RoomSaid = number | true;

interface RoomState {
  readonly last: number;
  readonly roles: ReadonlyMap<Author, RoomRole>;
  readonly banned: ReadonlySet<Author>;
  readonly isDeleted: boolean;
}

export const roomObject: ObjectModel<RoomState, RoomAct, RoomSaid> = {
  initial: { last: 0, roles: new Map(), banned: new Set(), isDeleted: false },
  apply(state, act, said) {
    switch (act.kind) {
      case 'entry':
        return entered(state, act, said);
      case 'standing':
        return act.anyOf.some((person) => stands(state, person, act.is)) ? { state } : undefined;
      case 'gone':
        return state.isDeleted ? { state } : undefined;
      case 'delete':
        return { state: { ...state, isDeleted: true } };
    }
  },
  keyOf: ({ last, roles, banned, isDeleted }) =>
    JSON.stringify([last, [...roles].sort(), [...banned].sort(), isDeleted]),
  onlyLooks: ({ kind }) => kind === 'standing' || kind === 'gone',
  leaveOut(act) {
    switch (act.kind) {
      case 'entry': {
        const { author, content } = act.entry;
        if (!('person' in content) || content.kind === 'invited') return { alone: true, with: [author] };
        return { alone: false, with: [content.person] };
      }
      case 'standing':
      case 'gone':
        return { alone: true, with: act.kind === 'gone' ? [] : act.anyOf };
      case 'delete':
        return undefined;
    }
  },
  asPart: closedUp,
};

function stands({ roles, banned }: RoomState, person: Author, is: 'member' | 'noMember' | 'banned'): boolean {
  switch (is) {
    case 'member':
      return roles.has(person);
    case 'noMember':
      return !roles.has(person);
    case 'banned':
      return banned.has(person);
  }
}

/** Who writes, changes their words or reacts is in the room by then, and no reader. */
function entered(
  state: RoomState,
  { entry, isOperator }: Extract<RoomAct, { kind: 'entry' }>,
  place: RoomSaid | undefined,
): { readonly state: RoomState } | undefined {
  const { author, content } = entry;
  const { last, roles, banned, isDeleted } = state;
  if (isDeleted || place !== last + 1) return undefined;
  const next = { ...state, last: last + 1 };
  switch (content.kind) {
    case 'message':
    case 'edit':
    case 'react': {
      const role = roles.get(author);
      const mayWrite =
        author.startsWith('node:') || (role !== undefined && (isOperator || role !== 'reader'));
      return mayWrite ? { state: next } : undefined;
    }
    case 'joined':
      if (banned.has(content.person) || roles.has(content.person)) return undefined;
      return { state: { ...next, roles: new Map(roles).set(content.person, content.role) } };
    case 'role':
      if (!roles.has(content.person)) return undefined;
      return { state: { ...next, roles: new Map(roles).set(content.person, content.role) } };
    case 'left':
      // Who is banned is out already.
      if (content.reason !== 'banned' && !roles.has(content.person)) return undefined;
      return { state: { ...next, roles: without(roles, content.person) } };
    case 'banned': {
      const left = new Set([...banned].filter((person) => person !== content.person));
      if (content.on) left.add(content.person);
      return { state: { ...next, roles: without(roles, content.person), banned: left } };
    }
    default:
      return { state: next };
  }
}

function without(roles: ReadonlyMap<Author, RoomRole>, person: Author): ReadonlyMap<Author, RoomRole> {
  const left = new Map(roles);
  left.delete(person);
  return left;
}
