/** One person of Bothy in this page: a whole peer session with its database and keys. */
import { createIdentity } from '@bothy/identity';
import { browserIdentityStore, type PeerSession, startPeerSession } from '@bothy/peer/drivers/browser';
import { bestLink, type PeerState } from '@bothy/peer/views';
import { directConversationId, type PersonId } from '@bothy/wire';
import { type DialTimes, dialAndSend, inTime, messageText } from './first-message.ts';
import { echoes } from './split-channel.ts';
import { recordWork, type Work } from './work-recorder.ts';

interface Person {
  readonly session: PeerSession;
  /** The one contact. */
  other: PersonId;
  /** Every frame channel of this person so far; one of them may be open. */
  readonly channels: RTCDataChannel[];
}

let started: Person | undefined;

function person(): Person {
  if (started === undefined) throw new Error('start first');
  return started;
}

/** Resolves once the state is like this. */
function until(session: PeerSession, what: string, holds: (state: PeerState) => boolean): Promise<void> {
  const reached = Promise.withResolvers<void>();
  const look = (): void => {
    if (holds(session.state())) reached.resolve();
  };
  const end = session.subscribe(look);
  look();
  const refusals = (): string => [...session.state().refused.values()].map((one) => one.message).join(' ');
  return inTime(what, reached.promise)
    .catch((thrown: unknown) => {
      throw new Error(`${String(thrown)} ${refusals()}`);
    })
    .finally(end);
}

async function done(session: PeerSession, command: Parameters<PeerSession['command']>[0]): Promise<number> {
  const result = await session.command(command);
  if (!result.ok) throw new Error(`${command.kind}: ${result.message}`);
  return result.n ?? 0;
}

/** Sends, and resolves when the other side has it on its disk and has said so. */
async function sendAndWait(): Promise<void> {
  const { session, other } = person();
  const messageId = crypto.randomUUID();
  const n = await done(session, { kind: 'send', person: other, messageId, text: messageText });
  const conversation = directConversationId(session.me.person, other);
  await until(session, 'a message is delivered', (state) => {
    return (state.progress.get(conversation)?.delivered ?? 0) >= n;
  });
}

/** The frame channels that are made from now on, for a session shows none. */
function watchChannels(): RTCDataChannel[] {
  const channels: RTCDataChannel[] = [];
  const original = RTCPeerConnection.prototype.createDataChannel;
  RTCPeerConnection.prototype.createDataChannel = function (label, options) {
    const channel = original.call(this, label, options);
    if (label.startsWith('bothy')) channels.push(channel);
    return channel;
  };
  return channels;
}

/** Starts the session of the identity that this profile holds. */
async function begin(brokerUrl: string, audience: string): Promise<void> {
  const channels = watchChannels();
  const identity = await browserIdentityStore().load();
  if (identity === undefined) throw new Error('this profile holds no identity');
  started = { session: await startPeerSession({ identity, brokerUrl, audience }), other: '', channels };
}

/** Resolves once the one contact has accepted and the link to them is open. */
async function linkOpens(): Promise<void> {
  const me = person();
  const contact = () => [...me.session.state().contacts.values()][0];
  await until(me.session, 'the contact is accepted', () => contact()?.state === 'accepted');
  me.other = contact()?.person ?? '';
  await until(me.session, 'the link opens', (state) => bestLink(state, me.other)?.state === 'open');
}

/** How to send a message, and its confirmation: it lies on the other side's disk. */
function sendOnce(): { readonly confirmed: Promise<void>; readonly send: () => void } {
  const confirmed = Promise.withResolvers<void>();
  const send = (): void => void sendAndWait().then(confirmed.resolve, confirmed.reject);
  return { confirmed: confirmed.promise, send };
}

export const bothy = {
  async start(name: string, brokerUrl: string, audience: string): Promise<void> {
    const identity = await createIdentity({ name, issuedAt: Date.now() });
    await browserIdentityStore().save(identity);
    await begin(brokerUrl, audience);
    await until(person().session, 'signalling is up', (state) => state.signalling === 'up');
  },
  /** The click is the start of the app: from the keys in the database to the link and the first message. */
  async startAndDial(brokerUrl: string, audience: string): Promise<DialTimes> {
    const clickedMs = performance.now();
    const open = begin(brokerUrl, audience).then(linkOpens);
    return dialAndSend({ open, ...sendOnce(), clickedMs });
  },
  /** Says goodbye to the broker and closes the link, as closing the app does. */
  stop: () => person().session.stop(),
  ask: (name: string) => done(person().session, { kind: 'addContact', name }),
  async accept(): Promise<void> {
    const { session } = person();
    await until(session, 'a request arrives', (state) => state.contacts.size > 0);
    for (const contact of session.state().contacts.keys()) {
      await done(session, { kind: 'acceptContact', contact });
    }
  },
  befriended: linkOpens,
  /** Ends the link as a failing network would: the channel closes, and both sides are about to try again. */
  breakLink(): void {
    for (const channel of person().channels) if (channel.readyState === 'open') channel.close();
  },
  async linkGone(): Promise<void> {
    const { session, other } = person();
    await until(session, 'the link is gone', (state) => bestLink(state, other)?.state === 'retrying');
  },
  /** The other side has gone and its link with it. */
  async leftAlone(): Promise<void> {
    const { session, other } = person();
    await until(session, 'the other side is gone', (state) => bestLink(state, other)?.state === 'offline');
  },
  /** The click is the command `connect`, as the button in a conversation gives it. */
  async dial(): Promise<DialTimes> {
    const { session, other } = person();
    const clickedMs = performance.now();
    const open = done(session, { kind: 'connect', person: other }).then(linkOpens);
    return dialAndSend({ open, ...sendOnce(), clickedMs });
  },
  /** From the command `send` to the tick "delivered", and the work that this page did meanwhile. */
  async send(): Promise<{ readonly deliveredMs: number; readonly work: Work }> {
    const stop = recordWork();
    const sentMs = performance.now();
    await sendAndWait();
    const deliveredMs = performance.now() - sentMs;
    return { deliveredMs, work: stop() };
  },
  /** A ping frame of 200 bytes through this page's channel, answered by the whole peer of the other page. */
  async pings(count: number): Promise<number[]> {
    const channel = person().channels.findLast((one) => one.readyState === 'open');
    if (channel === undefined) throw new Error('there is no open link');
    // Space before the last brace: JSON allows it, and the frame is as long as a message.
    return echoes(channel, `${'{"kind":"ping","t":1'.padEnd(199)}}`, count);
  },
};
