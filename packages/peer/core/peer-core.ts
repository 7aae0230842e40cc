/**
 * The peer core: contacts, links and conversations of one device. Pure; the
 * drivers verify what arrives and carry out what it asks (design, sections 1 and 6).
 */
import type { Core, Now, Random } from '@bothy/protocols';
import {
  type Boot,
  bootCounter,
  type Envelope,
  type PersonId,
  type Presence,
  type VerifiedFrame,
} from '@bothy/wire';
import { type PeerConfig, timing } from './config.ts';
import { type AcceptedContact, ContactBook } from './contact-book.ts';
import { Conversations } from './conversations.ts';
import { EnvelopeWriter } from './envelope-writer.ts';
import type { PeerCommand, PeerInput } from './inputs.ts';
import { pongTo } from './link-clock.ts';
import { Links, type LinkTimer, linkTimers } from './links.ts';
import type { PeerOutput } from './outputs.ts';
import type { PeerSnapshot } from './records.ts';
import { Step } from './step.ts';

export class PeerCore implements Core<PeerInput, PeerOutput> {
  readonly #config: PeerConfig;
  readonly #contacts: ContactBook;
  readonly #conversations: Conversations;
  readonly #links: Links;
  #signallingUp = false;
  /** Monotonic time of the last announcement that somebody's mistake called for. */
  #announcedMs = Number.NEGATIVE_INFINITY;

  /** `random` names link sessions; it must differ from start to start. */
  constructor(config: PeerConfig, snapshot: PeerSnapshot, random: Random) {
    this.#config = config;
    const writer = new EnvelopeWriter(config);
    this.#conversations = new Conversations(config, snapshot, (step, link) => this.#links.again(step, link));
    this.#links = new Links(config, writer, this.#conversations, random);
    const listener = {
      accepted: (step: Step, contact: AcceptedContact) => this.#watch(step, contact),
      removed: (step: Step, contact: AcceptedContact) => this.#unwatch(step, contact),
    };
    this.#contacts = new ContactBook(config, writer, listener, snapshot.contacts, random);
  }

  step(input: PeerInput, now: Now): readonly PeerOutput[] {
    const step = new Step(now);
    switch (input.kind) {
      case 'command':
        this.#command(step, input.id, input.command);
        break;
      case 'signalling':
        this.#signalling(step, input.state);
        break;
      case 'awake':
        this.#links.awake(step);
        break;
      case 'presence':
        this.#presence(step, input.presence);
        break;
      case 'envelope':
        this.#envelope(step, input.envelope);
        break;
      case 'rtc':
        this.#links.rtc(step, input.link, input.event);
        break;
      case 'frame':
        this.#frame(step, input.link, input.frame);
        break;
      case 'timer':
        this.#timer(step, input.key);
        break;
      case 'sealed':
        this.#conversations.sealed(step, input);
        break;
      case 'found':
        this.#conversations.found(step, input.id, input.answer);
        break;
      case 'durable':
        // Outputs leave in order behind their writes, so no step has to wait for one.
        break;
    }
    return step.outputs;
  }

  #command(step: Step, id: string, command: PeerCommand): void {
    switch (command.kind) {
      case 'addContact':
        return this.#contacts.add(step, id, command.name, command.person);
      case 'acceptContact':
        return this.#contacts.accept(step, id, command.contact);
      case 'declineContact':
        return this.#contacts.decline(step, id, command.contact);
      case 'removeContact':
        return this.#contacts.remove(step, id, command.contact);
    }
    const contact = this.#contacts.accepted(command.person);
    if (contact === undefined) {
      return step.fail(id, 'unknown_contact', 'You can write to contacts only. Add this person first.');
    }
    switch (command.kind) {
      case 'send':
        return this.#conversations.send(step, id, command);
      case 'editMessage':
      case 'deleteMessage':
        return this.#conversations.amend(step, id, command);
      case 'typing':
        this.#conversations.typing(step, command.person, command.active);
        return step.reply(id, { ok: true });
      case 'markRead':
        return this.#conversations.markRead(step, id, command.person);
      case 'compareCopies':
        return this.#conversations.compareCopies(step, id, command.person);
      case 'connect':
        return this.#connect(step, id, contact);
    }
  }

  #connect(step: Step, id: string, contact: AcceptedContact): void {
    if (!this.#links.connect(step, contact.person)) {
      // Nobody to dial: subscribing again brings retained presence again, should it ever have been lost.
      this.#watch(step, contact);
      if (this.#signallingUp) step.emit({ kind: 'announce', early: true });
    }
    step.reply(id, { ok: true });
  }

  #signalling(step: Step, state: 'up' | 'down'): void {
    this.#signallingUp = state === 'up';
    if (state === 'up') {
      step.emit({ kind: 'announce', early: true });
      for (const name of this.#contacts.watchedNames()) step.emit({ kind: 'watch', name, early: true });
    }
    this.#links.signalling(step, state);
    this.#contacts.signalling(step, state);
  }

  #presence(step: Step, presence: Presence): void {
    const { from, boot, online } = presence;
    if (from.person === this.#config.person && from.device === this.#config.device) {
      // Signed by our own key, and not by this start: another copy of this device has started since, or more often.
      if (isOfCopy(boot, this.#config.boot)) this.#conversations.metCopy(step);
      return;
    }
    if (this.#contacts.accepted(from.person) !== undefined) return this.#links.presence(step, presence);
    this.#contacts.warnOfNamesake(step, from);
    if (online) this.#contacts.seenOnline(step, from, boot);
    // Presence may also still be under way for somebody who was just removed.
  }

  #envelope(step: Step, envelope: Envelope): void {
    const { to, from } = envelope;
    const { name, person, device } = this.#config;
    const forUs = to.name === name && (to.person ?? person) === person && (to.device ?? device) === device;
    if (!forUs) return step.refuse('wrong_recipient', `${from.name} signalled somebody else; not taken.`);
    if (from.person === person) return step.refuse('bad_request', 'An envelope of our own came back.');
    switch (envelope.kind) {
      case 'contact.request':
      case 'contact.accept':
      case 'contact.decline':
        return this.#contacts.envelope(step, envelope);
    }
    if (envelope.toBoot !== this.#config.boot) {
      this.#announceAgain(step, from.person);
      return step.refuse('stale_boot', `${from.name} signalled an earlier start of this device; not taken.`);
    }
    const contact =
      envelope.kind === 'offer'
        ? this.#contacts.offerArrived(step, envelope)
        : this.#contacts.accepted(from.person);
    if (contact === undefined) {
      return step.refuse('unknown_contact', `${from.name} is not a contact; their call was not taken.`);
    }
    this.#links.envelope(step, envelope);
  }

  /** A contact takes us for an earlier start, so our presence did not reach them. A liar must not make us flood. */
  #announceAgain(step: Step, person: PersonId): void {
    const { monoMs } = step.now;
    if (this.#contacts.accepted(person) === undefined || monoMs < this.#announcedMs + timing.announceAgainMs)
      return;
    this.#announcedMs = monoMs;
    step.emit({ kind: 'announce', early: true });
  }

  #frame(step: Step, link: string, frame: VerifiedFrame): void {
    if (this.#links.heard(step, link, frame.kind === 'pong' ? frame : undefined) === undefined) return;
    if (frame.kind === 'pong') return;
    if (frame.kind === 'ping') {
      return step.emit({ kind: 'frame', link, frame: pongTo(frame, step.now), early: true });
    }
    this.#conversations.frame(step, link, frame);
  }

  #timer(step: Step, key: string): void {
    const [name = '', of = ''] = key.split(' ', 2);
    if (name === 'request') return this.#contacts.requestTimerFired(step, of);
    if (name === 'typing') return this.#conversations.typingTimerFired(step, of);
    const timer = linkTimers.find((known): known is LinkTimer => known === name);
    if (timer === undefined) throw new Error(`invariant: no timer is called ${key}`);
    this.#links.timer(step, timer, of);
  }

  #watch(step: Step, contact: AcceptedContact): void {
    if (this.#signallingUp) step.emit({ kind: 'watch', name: contact.name });
  }

  #unwatch(step: Step, contact: AcceptedContact): void {
    step.emit({ kind: 'unwatch', name: contact.name });
    this.#links.forget(step, contact.person);
  }
}

/** Every start of ours has a count of its own, higher than all before. */
function isOfCopy(boot: Boot, own: Boot): boolean {
  return boot !== own && bootCounter(boot) >= bootCounter(own);
}
