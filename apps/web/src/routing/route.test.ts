import { describe, expect, it } from 'vitest';
import { parseRoute, places, routeHash } from './route.ts';

describe('addresses', () => {
  it('lead back to the place they were made for', () => {
    for (const place of places) expect(parseRoute(routeHash(place))).toEqual({ place, contact: undefined });
  });

  it('carry a contact id, whatever characters it has', () => {
    for (const contact of ['abcdefgh', 'name:ben', 'a/b', 'ä %', '#']) {
      expect(parseRoute(routeHash('chats', contact))).toEqual({ place: 'chats', contact });
    }
  });

  it.each(['', '#', '#/', '#/nowhere', '#/nowhere/ben', 'chats', '#/chats/', '#/chats/%'])(
    'lead to Chats when they are not known: %j',
    (hash) => {
      expect(parseRoute(hash)).toEqual({ place: 'chats', contact: undefined });
    },
  );

  it('ignore what follows a place without contacts', () => {
    expect(parseRoute('#/rooms/ben')).toEqual({ place: 'rooms', contact: undefined });
  });
});
