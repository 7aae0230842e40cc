/** Which contacts a chat list shows, and in which order. */
import type { Contact } from '@bothy/peer/core';

/**
 * Requests to us first, then whoever wrote or was written to last, then by name.
 * Requests that we declined are left out: they are over.
 */
export function chatOrder(
  contacts: Iterable<Contact>,
  lastAtMs: (contact: Contact) => number | undefined,
): readonly Contact[] {
  const shown = [...contacts].filter((contact) => contact.state !== 'refused');
  const rank = (contact: Contact): number => (contact.state === 'asking' ? 0 : 1);
  const moment = (contact: Contact): number => lastAtMs(contact) ?? contact.changedAt;
  return shown.sort(
    (a, b) => rank(a) - rank(b) || moment(b) - moment(a) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
}

/** Those whose name has the query in it, as a person types it. */
export function matching(contacts: Iterable<Contact>, query: string): readonly Contact[] {
  const wanted = query.trim().toLowerCase();
  return [...contacts].filter((contact) => contact.name.includes(wanted));
}

/**
 * The contact that an address means. A contact asked by name gets its person's
 * id when it answers; the address that was open then still leads to it.
 */
export function findContact(contacts: ReadonlyMap<string, Contact>, id: string): Contact | undefined {
  const exact = contacts.get(id);
  if (exact !== undefined || !id.startsWith('name:')) return exact;
  const name = id.slice('name:'.length);
  return [...contacts.values()].find((contact) => contact.name === name && contact.state !== 'refused');
}
