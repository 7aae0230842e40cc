import type { Contact, ContactState } from '@bothy/peer/core';
import { describe, expect, it } from 'vitest';
import { chatOrder, findContact, matching } from './chat-order.ts';

function contact(name: string, state: ContactState = 'accepted', changedAt = 0, id = `id-${name}`): Contact {
  return { id, name, person: id, state, certificate: null, request: 1, changedAt };
}

function names(contacts: readonly Contact[]): string[] {
  return contacts.map((each) => each.name);
}

describe('search', () => {
  it('finds a part of a name, however it is typed', () => {
    const contacts = [contact('ada'), contact('ben.hut'), contact('cy')];
    expect(names(matching(contacts, ' HUT '))).toEqual(['ben.hut']);
    expect(names(matching(contacts, ''))).toEqual(['ada', 'ben.hut', 'cy']);
    expect(names(matching(contacts, 'x'))).toEqual([]);
  });
});

describe('the chat list', () => {
  it('puts requests first, then the latest conversation, then names', () => {
    const contacts = [contact('cy'), contact('ada'), contact('ben'), contact('zoe', 'asking')];
    const last = new Map([['ben', 9]]);
    expect(names(chatOrder(contacts, (each) => last.get(each.name)))).toEqual(['zoe', 'ben', 'ada', 'cy']);
  });

  it('counts becoming a contact as the latest thing until there are messages', () => {
    const contacts = [contact('ada', 'accepted', 5), contact('ben', 'accepted', 7)];
    expect(names(chatOrder(contacts, () => undefined))).toEqual(['ben', 'ada']);
    expect(names(chatOrder(contacts, (each) => (each.name === 'ada' ? 8 : undefined)))).toEqual([
      'ada',
      'ben',
    ]);
  });

  it('leaves out what we declined', () => {
    expect(chatOrder([contact('ada', 'refused')], () => undefined)).toEqual([]);
  });
});

describe('an address', () => {
  const asked = contact('ben', 'asked', 0, 'name:ben');
  const answered = contact('ben', 'accepted', 0, 'p1');

  it('leads to the contact with its id', () => {
    expect(findContact(new Map([['name:ben', asked]]), 'name:ben')).toBe(asked);
  });

  it('still leads to the contact after it got its person id', () => {
    expect(findContact(new Map([['p1', answered]]), 'name:ben')).toBe(answered);
  });

  it('leads nowhere when there is no such contact', () => {
    expect(findContact(new Map([['p1', answered]]), 'name:ada')).toBeUndefined();
    expect(findContact(new Map([['p1', answered]]), 'p2')).toBeUndefined();
  });
});
