/** The address after `#`: which place is shown, and what is open in it. */

/** The four places of the rail. */
export const places = ['chats', 'rooms', 'monitor', 'lab'] as const;
export type Place = (typeof places)[number];

export interface Route {
  /** `cluster` is reached from Rooms and from one's own page. */
  readonly place: Place | 'cluster';
  /** A contact's id, only in Chats. */
  readonly contact: string | undefined;
  /** A room's id, only in Rooms. */
  readonly room: string | undefined;
  /** What is open in Monitor; `monitor-route.ts` takes it apart. */
  readonly monitor: string | undefined;
}

/** Reads a hash. What is not known leads to Chats, for an address may be typed or old. */
export function parseRoute(hash: string): Route {
  const [, head = '', tail = ''] = /^#\/?([^/]*)\/?(.*)$/.exec(hash) ?? [];
  const place = [...places, 'cluster' as const].find((candidate) => candidate === head) ?? 'chats';
  const id = head === place && tail !== '' ? decoded(tail) : undefined;
  return {
    place,
    contact: place === 'chats' ? id : undefined,
    room: place === 'rooms' ? id : undefined,
    monitor: place === 'monitor' ? id : undefined,
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The hash that leads to a place, to the conversation with a contact, or to a room. Monitor has hashes of its own. */
export function routeHash(place: Route['place'], id?: string): string {
  return id === undefined ? `#/${place}` : `#/${place}/${encodeURIComponent(id)}`;
}
