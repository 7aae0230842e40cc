/** The address after `#`: which of the four places is shown, and which contact in it. */

export const places = ['chats', 'rooms', 'monitor', 'lab'] as const;
export type Place = (typeof places)[number];

export interface Route {
  readonly place: Place;
  /** A contact's id, only in Chats. */
  readonly contact: string | undefined;
}

/** Reads a hash. What is not known leads to Chats, for an address may be typed or old. */
export function parseRoute(hash: string): Route {
  const [, head = '', tail = ''] = /^#\/?([^/]*)\/?(.*)$/.exec(hash) ?? [];
  const place = places.find((candidate) => candidate === head);
  if (place !== 'chats' || tail === '') return { place: place ?? 'chats', contact: undefined };
  try {
    return { place, contact: decodeURIComponent(tail) };
  } catch {
    return { place, contact: undefined };
  }
}

/** The hash that leads to a place, or to the conversation with a contact. */
export function routeHash(place: Place, contact?: string): string {
  return contact === undefined ? `#/${place}` : `#/${place}/${encodeURIComponent(contact)}`;
}
