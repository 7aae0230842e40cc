/**
 * Contacts: who asked whom, and what came of it. A request is stored before it
 * is published, and published again until it is answered; every answer can be
 * given again, so losing or doubling any envelope changes nothing.
 */
import { ExponentialBackoff, type Random } from '@bothy/protocols';
import {
  type Boot,
  bootCounter,
  type ContactBody,
  type Envelope,
  type EnvelopeSender,
  type Name,
  type PersonId,
} from '@bothy/wire';
import { bounds, type PeerConfig, timing } from './config.ts';
import type { EnvelopeWriter } from './envelope-writer.ts';
import type { Contact, ContactState } from './records.ts';
import type { Step } from './step.ts';

/** Told when somebody becomes, or ceases to be, somebody we link with. */
export interface ContactListener {
  accepted(step: Step, contact: AcceptedContact): void;
  removed(step: Step, contact: AcceptedContact): void;
}

export interface AcceptedContact extends Contact {
  readonly person: PersonId;
  readonly state: 'accepted';
}

type ContactEnvelope = Envelope & { readonly body: ContactBody };

export class ContactBook {
  readonly #config: PeerConfig;
  readonly #random: Random;
  readonly #writer: EnvelopeWriter;
  readonly #listener: ContactListener;
  readonly #contacts: Map<string, Contact>;
  /** Waits between the times that each open request is published, since the start. */
  readonly #published = new Map<string, ExponentialBackoff>();
  /** By open request: the start of theirs that it was published to last. */
  readonly #askedBoots = new Map<string, Boot>();
  /** By contact: the key that was last warned of. */
  readonly #warned = new Map<string, PersonId>();
  #requests = 0;
  #signallingUp = false;

  constructor(
    config: PeerConfig,
    writer: EnvelopeWriter,
    listener: ContactListener,
    contacts: readonly Contact[],
    random: Random,
  ) {
    this.#config = config;
    this.#random = random;
    this.#writer = writer;
    this.#listener = listener;
    this.#contacts = new Map(contacts.map((contact) => [contact.id, contact]));
  }

  /** Whose presence matters: contacts, and those who were asked and may never have been here before. */
  watchedNames(): Name[] {
    const watched = [...this.#contacts.values()].filter(
      ({ state }) => state === 'accepted' || state === 'asked',
    );
    return [...new Set(watched.map(({ name }) => name))];
  }

  accepted(person: PersonId): AcceptedContact | undefined {
    const contact = this.#contacts.get(person);
    return contact !== undefined && isAccepted(contact) ? contact : undefined;
  }

  signalling(step: Step, state: 'up' | 'down'): void {
    this.#signallingUp = state === 'up';
    for (const contact of this.#contacts.values()) {
      if (contact.state !== 'asked') continue;
      if (state === 'up') this.#publishRequest(step, contact);
      else step.clearTimer(requestTimer(contact.id));
    }
  }

  /** Publishes an unanswered request again. */
  requestTimerFired(step: Step, id: string): void {
    const contact = this.#contacts.get(id);
    if (contact?.state === 'asked' && this.#signallingUp) this.#publishRequest(step, contact);
  }

  /**
   * Somebody who was asked is there: a request that the broker had nobody to
   * keep for reaches them now. Once per start of theirs.
   */
  seenOnline(step: Step, from: EnvelopeSender, boot: Boot): void {
    const contact = this.#find(from.person, from.name);
    if (contact?.state !== 'asked' || !this.#signallingUp || this.#askedBoots.get(contact.id) === boot)
      return;
    this.#askedBoots.set(contact.id, boot);
    // A request may have reached them a moment ago; it is repeated only if no answer comes.
    step.setTimer(requestTimer(contact.id), timing.seenAgainMs);
  }

  add(step: Step, commandId: string, name: Name, person: PersonId | undefined): void {
    if (name === this.#config.name || person === this.#config.person) {
      return step.fail(commandId, 'bad_request', 'That is your own name. Add somebody else.');
    }
    const known = this.#find(person, name);
    if (known?.state === 'accepted') {
      return step.fail(commandId, 'contact_exists', `${name} is already a contact.`);
    }
    if (known?.state === 'asked') {
      return step.fail(commandId, 'contact_exists', `${name} was asked already and has not answered yet.`);
    }
    if (known?.state === 'asking') return this.accept(step, commandId, known.id);
    if (known === undefined && this.#contacts.size >= bounds.contacts) {
      return step.fail(commandId, 'rate_limited', `There are ${bounds.contacts} contacts. Remove one first.`);
    }
    const contact = this.#put(step, {
      id: person ?? known?.person ?? `name:${name}`,
      name,
      person: person ?? known?.person ?? null,
      state: 'asked',
      certificate: known?.certificate ?? null,
      request: this.#nextRequest(),
    });
    if (this.#signallingUp) {
      this.#publishRequest(step, contact);
      step.emit({ kind: 'watch', name });
    }
    step.reply(commandId, { ok: true });
  }

  accept(step: Step, commandId: string, id: string): void {
    const contact = this.#contacts.get(id);
    if (contact?.state !== 'asking') {
      return step.fail(commandId, 'unknown_contact', 'There is no such request any more.');
    }
    this.#becomeAccepted(step, contact, contact);
    this.#answer(step, contact, 'contact.accept');
    step.reply(commandId, { ok: true });
  }

  decline(step: Step, commandId: string, id: string): void {
    const contact = this.#contacts.get(id);
    if (contact?.state !== 'asking') {
      return step.fail(commandId, 'unknown_contact', 'There is no such request any more.');
    }
    this.#put(step, { ...contact, state: 'refused' });
    this.#answer(step, contact, 'contact.decline');
    step.reply(commandId, { ok: true });
  }

  remove(step: Step, commandId: string, id: string): void {
    const contact = this.#contacts.get(id);
    if (contact === undefined) return step.fail(commandId, 'unknown_contact', 'There is no such contact.');
    this.#delete(step, contact);
    if (isAccepted(contact)) this.#listener.removed(step, contact);
    else if (this.#signallingUp) step.emit({ kind: 'unwatch', name: contact.name });
    step.reply(commandId, { ok: true });
  }

  /** A verified contact request, or the answer to ours. */
  envelope(step: Step, envelope: ContactEnvelope): void {
    if (envelope.kind === 'contact.request') this.#requestArrived(step, envelope);
    else this.#answerArrived(step, envelope, envelope.kind === 'contact.accept' ? 'accepted' : 'declined');
  }

  /**
   * An offer counts as the acceptance of our request: only who accepted dials,
   * and the offer is signed by the same key that would sign the acceptance.
   */
  offerArrived(step: Step, envelope: Envelope & { readonly kind: 'offer' }): AcceptedContact | undefined {
    const { person, name } = envelope.from;
    const contact = this.accepted(person);
    if (contact !== undefined) return contact;
    const asked = this.#find(person, name);
    if (asked?.state !== 'asked') return undefined;
    return this.#becomeAccepted(step, asked, { person, name, certificate: envelope.body.certificate });
  }

  #requestArrived(step: Step, envelope: ContactEnvelope): void {
    const { person, name } = envelope.from;
    const { certificate, request } = envelope.body;
    const contact = this.#find(person, name);
    if (contact === undefined || contact.state === 'declined') {
      return this.#strangerAsks(step, envelope);
    }
    if (contact.state === 'asked') {
      // Both asked: each request is the answer to the other.
      const accepted = this.#becomeAccepted(step, contact, { person, name, certificate });
      return this.#answer(step, { ...accepted, request }, 'contact.accept');
    }
    if (contact.state === 'accepted') return this.#answer(step, { ...contact, request }, 'contact.accept');
    if (request <= contact.request) {
      if (contact.state === 'refused') this.#answer(step, { ...contact, request }, 'contact.decline');
      return;
    }
    this.#put(step, { ...contact, certificate, request, state: 'asking' });
  }

  #strangerAsks(step: Step, envelope: ContactEnvelope): void {
    const { person, name } = envelope.from;
    const asking = [...this.#contacts.values()].filter((contact) => contact.state === 'asking');
    if (asking.length >= bounds.askingContacts || this.#contacts.size >= bounds.contacts) {
      return step.refuse('rate_limited', `A contact request of ${name} was dropped: too many wait already.`);
    }
    if (this.warnOfNamesake(step, envelope.from)) {
      return step.refuse(
        'name_taken',
        `Somebody with another key asked in the name of your contact ${name}.`,
      );
    }
    const { certificate, request } = envelope.body;
    this.#put(step, { id: person, name, person, state: 'asking', certificate, request });
  }

  /** Tells of somebody who goes by the name of a contact with another key; once per key. */
  warnOfNamesake(step: Step, { name, person }: EnvelopeSender): boolean {
    const contact = [...this.#contacts.values()].find((each) => each.name === name && isAccepted(each));
    if (contact === undefined || contact.person === person) return false;
    if (this.#warned.get(contact.id) !== person) {
      this.#warned.set(contact.id, person);
      step.notifyEarly({ kind: 'keyChanged', contact: contact.id, name, newPerson: person });
    }
    return true;
  }

  #answerArrived(step: Step, envelope: ContactEnvelope, state: 'accepted' | 'declined'): void {
    const { person, name } = envelope.from;
    const contact = this.#find(person, name);
    // Answers come as often as we ask; only the first one to this very request counts.
    if (contact?.state !== 'asked' || contact.request !== envelope.body.request) return;
    const { certificate } = envelope.body;
    if (state === 'accepted') this.#becomeAccepted(step, contact, { person, name, certificate });
    else this.#replace(step, contact, { ...contact, id: person, person, name, certificate, state });
  }

  #becomeAccepted(
    step: Step,
    contact: Contact,
    proven: { readonly person: PersonId | null; readonly name: Name; readonly certificate: string | null },
  ): AcceptedContact {
    const { person, name, certificate } = proven;
    if (person === null) throw new Error('invariant: a contact is accepted only once its key is known');
    const accepted = { ...contact, id: person, person, name, certificate, state: 'accepted' as const };
    const stored = { ...this.#replace(step, contact, accepted), person, state: 'accepted' as const };
    this.#listener.accepted(step, stored);
    return stored;
  }

  #replace(step: Step, before: Contact, after: Omit<Contact, 'changedAt'>): Contact {
    if (before.id !== after.id) this.#delete(step, before);
    return this.#put(step, after);
  }

  #put(step: Step, fields: Omit<Contact, 'changedAt'>): Contact {
    const contact: Contact = { ...fields, changedAt: step.now.wallMs };
    this.#contacts.set(contact.id, contact);
    if (contact.state !== 'asked') this.#stopAsking(step, contact.id);
    step.persist({ kind: 'putContact', contact });
    step.notify({ kind: 'contact', contact });
    return contact;
  }

  #delete(step: Step, contact: Contact): void {
    this.#contacts.delete(contact.id);
    this.#stopAsking(step, contact.id);
    step.persist({ kind: 'deleteContact', id: contact.id });
    step.notify({ kind: 'contactRemoved', id: contact.id });
  }

  #stopAsking(step: Step, id: string): void {
    this.#askedBoots.delete(id);
    if (this.#published.delete(id)) step.clearTimer(requestTimer(id));
  }

  #publishRequest(step: Step, contact: Contact): void {
    const backoff = this.#published.get(contact.id) ?? this.#newBackoff();
    this.#published.set(contact.id, backoff);
    const { name, person, request } = contact;
    const to = person === null ? { name } : { name, person };
    const body = { certificate: this.#config.certificate, request };
    this.#writer.toPerson(step, to, { kind: 'contact.request', body });
    step.setTimer(requestTimer(contact.id), backoff.next() ?? timing.requestAgainMaxMs);
  }

  #newBackoff(): ExponentialBackoff {
    const { requestAgainMs: baseMs, requestAgainMaxMs: maxMs } = timing;
    const maxAttempts = Number.POSITIVE_INFINITY;
    return new ExponentialBackoff({ baseMs, factor: 2, maxMs, maxAttempts, jitter: 'none' }, this.#random);
  }

  #answer(step: Step, contact: Contact, kind: 'contact.accept' | 'contact.decline'): void {
    const { name, person, request } = contact;
    const to = person === null ? { name } : { name, person };
    this.#writer.toPerson(step, to, { kind, body: { certificate: this.#config.certificate, request } });
  }

  /** By person, or else the request to a name whose key is not known yet. */
  #find(person: PersonId | undefined, name: Name): Contact | undefined {
    const byPerson = person === undefined ? undefined : this.#contacts.get(person);
    if (byPerson !== undefined) return byPerson;
    const byName = this.#contacts.get(`name:${name}`);
    if (byName !== undefined || person !== undefined) return byName;
    return [...this.#contacts.values()].find((contact) => contact.name === name);
  }

  /** Higher than every request of an earlier boot, with no counter of its own to store. */
  #nextRequest(): number {
    this.#requests += 1;
    return bootCounter(this.#config.boot) * 4096 + this.#requests;
  }
}

export function requestTimer(id: string): string {
  return `request ${id}`;
}

function isAccepted(contact: Contact): contact is AcceptedContact {
  return contact.state === 'accepted' && contact.person !== null;
}

export type { ContactEnvelope, ContactState };
