/** Which node orders which room, and which rooms are gone for ever (rules DR3 to DR5, DR9). */
import type {
  DirectoryCommand,
  DirectoryContent,
  DirectoryResult,
  DirectoryRoomClaim,
  RoomId,
} from '@bothy/wire';
import { inOrder } from './in-order.ts';
import { type DirectoryLimits, fullSentence } from './limits.ts';

type Command<Kind extends DirectoryCommand['kind']> = Extract<DirectoryCommand, { readonly kind: Kind }>;
type Buried = DirectoryContent['buried'][number];

export class DirectoryRooms {
  readonly #limits: DirectoryLimits;
  readonly #claims = new Map<RoomId, DirectoryRoomClaim>();
  readonly #buried: Map<RoomId, Buried>;
  /** By creation. More than one only where two directories became one. */
  readonly #created = new Map<string, Set<RoomId>>();

  constructor(limits: DirectoryLimits, { rooms, buried }: Pick<DirectoryContent, 'rooms' | 'buried'>) {
    this.#limits = limits;
    this.#buried = new Map(buried.map((each) => [each.room, each]));
    for (const claim of rooms) this.#put(claim);
  }

  get(room: RoomId): DirectoryRoomClaim | undefined {
    return this.#claims.get(room);
  }

  isBuried(room: RoomId): boolean {
    return this.#buried.has(room);
  }

  get size(): number {
    return this.#claims.size + this.#buried.size;
  }

  all(): readonly DirectoryRoomClaim[] {
    return inOrder(this.#claims);
  }

  allBuried(): readonly Buried[] {
    return inOrder(this.#buried);
  }

  claim({ claim }: Command<'claimRoom'>): DirectoryResult {
    const { room, administrator, epoch, creation } = claim;
    if (this.#buried.has(room)) return { kind: 'roomBuried' };
    const known = this.#claims.get(room);
    if (known !== undefined) {
      if (epoch > known.epoch) this.#put({ ...known, administrator, epoch });
      else if (known.administrator !== administrator) return { kind: 'roomTaken', by: known };
      return { kind: 'claimed' };
    }
    const twin = creation === '' ? undefined : this.#ofCreation(creation);
    if (twin !== undefined) return { kind: 'roomTaken', by: twin };
    if (this.#claims.size >= this.#limits.rooms)
      return { kind: 'full', sentence: fullSentence('rooms', this.#limits) };
    this.#put(claim);
    return { kind: 'claimed' };
  }

  bury({ room, epoch }: Command<'buryRoom'>): DirectoryResult {
    if (!this.#buried.has(room) && this.#buried.size >= this.#limits.buried)
      return { kind: 'full', sentence: fullSentence('buried', this.#limits) };
    this.#bury({ room, epoch });
    return { kind: 'done' };
  }

  /** What of it would be too much. */
  lacksRoomFor({ rooms, buried }: DirectoryContent): 'rooms' | 'buried' | undefined {
    const gone = new Set([...this.#buried.keys(), ...buried.map(({ room }) => room)]);
    if (gone.size > this.#limits.buried) return 'buried';
    const held = new Set([...this.#claims.keys(), ...rooms.map(({ room }) => room)]);
    const left = [...held].filter((room) => !gone.has(room)).length;
    return left > this.#limits.rooms ? 'rooms' : undefined;
  }

  takeIn({ rooms, buried }: DirectoryContent): void {
    for (const each of buried) this.#bury(each);
    for (const claim of rooms) {
      const known = this.#claims.get(claim.room);
      if (!this.#buried.has(claim.room) && (known === undefined || standsOver(claim, known)))
        this.#put(claim);
    }
  }

  /** Of two that were made while their nodes did not know each other, the one of the lower id. */
  #ofCreation(creation: string): DirectoryRoomClaim | undefined {
    const [first] = [...(this.#created.get(creation) ?? [])].sort();
    return first === undefined ? undefined : this.#claims.get(first);
  }

  #put(claim: DirectoryRoomClaim): void {
    this.#drop(claim.room);
    this.#claims.set(claim.room, claim);
    if (claim.creation === '') return;
    const rooms = this.#created.get(claim.creation) ?? new Set();
    this.#created.set(claim.creation, rooms.add(claim.room));
  }

  #bury({ room, epoch }: Buried): void {
    this.#buried.set(room, { room, epoch: Math.max(epoch, this.#buried.get(room)?.epoch ?? 0) });
    this.#drop(room);
  }

  #drop(room: RoomId): void {
    const known = this.#claims.get(room);
    if (known === undefined) return;
    this.#claims.delete(room);
    const rooms = this.#created.get(known.creation);
    rooms?.delete(room);
    if (rooms?.size === 0) this.#created.delete(known.creation);
  }
}

/** A total order of the claims for one room: the higher epoch, then the lower node, then the lower creation. */
function standsOver(one: DirectoryRoomClaim, other: DirectoryRoomClaim): boolean {
  if (one.epoch !== other.epoch) return one.epoch > other.epoch;
  if (one.administrator !== other.administrator) return one.administrator < other.administrator;
  return one.creation < other.creation;
}
