import { describe, expect, it } from 'vitest';
import { parseRoute, places, routeHash } from './route.ts';

const nothing = { contact: undefined, room: undefined, monitor: undefined };

describe('addresses', () => {
  it('lead back to the place they were made for', () => {
    for (const place of [...places, 'cluster' as const]) {
      expect(parseRoute(routeHash(place))).toEqual({ ...nothing, place });
    }
  });

  it('carry a contact id, whatever characters it has', () => {
    for (const contact of ['abcdefgh', 'name:ben', 'a/b', 'ä %', '#']) {
      expect(parseRoute(routeHash('chats', contact))).toEqual({ ...nothing, place: 'chats', contact });
    }
  });

  it('carry a room', () => {
    const room = 'a2b3c4d5e6f7g2h3i4j5';
    expect(parseRoute(routeHash('rooms', room))).toEqual({ ...nothing, place: 'rooms', room });
  });

  it.each(['', '#', '#/', '#/nowhere', '#/nowhere/ben', 'chats', '#/chats/', '#/chats/%'])(
    'lead to Chats when they are not known: %j',
    (hash) => {
      expect(parseRoute(hash)).toEqual({ ...nothing, place: 'chats' });
    },
  );

  it('carry what is open in Monitor, however deep', () => {
    const monitor = 'chart/1h/edge-1~temperature';
    expect(parseRoute(`#/monitor/${monitor}`)).toEqual({ ...nothing, place: 'monitor', monitor });
  });

  it('ignore what follows a place with nothing to open', () => {
    expect(parseRoute('#/lab/ben')).toEqual({ ...nothing, place: 'lab' });
  });
});
