/**
 * People without a web app around them: any number of sessions in one page, and
 * a look at every connection that they make. Results are plain data; the tests judge them.
 */
import { createIdentity } from '@bothy/identity';
import type { CommandResult, PeerCommand } from '@bothy/peer/core';
import { browserIdentityStore, type PeerSession, startPeerSession } from '@bothy/peer/drivers/browser';
import { messageItems } from '@bothy/peer/views';
import { directConversationId } from '@bothy/wire';
import { quickClock, quickTimers } from './quick-time.ts';
import { connections, recordConnections } from './recorded-connections.ts';

/** Given by the test. */
declare function told(text: string): Promise<void>;

recordConnections();

const sessions = new Map<string, PeerSession>();

function of(name: string): PeerSession {
  const session = sessions.get(name);
  if (session === undefined) throw new Error(`${name} was not started`);
  return session;
}

function contactOf(name: string, other: string) {
  return [...of(name).state().contacts.values()].find((one) => one.name === other);
}

function look(name: string, other: string) {
  const { signalling, online, links } = of(name).state();
  const contact = contactOf(name, other);
  const person = contact?.person ?? '';
  const link = [...(links.get(person)?.values() ?? [])].find(({ state }) => state !== 'offline');
  return { signalling, contact: contact?.state, online: online.has(person), link: link?.state ?? 'offline' };
}

/** Resolves as soon as the sessions of this page are as described. */
function until(is: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const ends: (() => void)[] = [];
    const check = (): void => {
      if (!is()) return;
      for (const end of ends) end();
      resolve();
    };
    for (const session of sessions.values()) ends.push(session.subscribe(check));
    check();
  });
}

async function send(name: string, other: string, text: string): Promise<CommandResult> {
  const person = contactOf(name, other)?.person ?? '';
  return of(name).command({ kind: 'send', person, messageId: crypto.randomUUID(), text });
}

async function messages(name: string, other: string) {
  const { me } = of(name);
  const conversation = directConversationId(me.person, contactOf(name, other)?.person ?? '');
  const rows = await of(name).history(conversation, { limit: 20_000 });
  const items = messageItems(rows, me.person, of(name).state().progress.get(conversation));
  return items.map(({ text, mine, status }) => ({ text, mine, status }));
}

/** Resolves once this message of another person is stored here. */
function arrived(name: string, other: string, text: string): Promise<void> {
  return new Promise((resolve) => {
    const check = async (): Promise<void> => {
      const all = await messages(name, other);
      if (!all.some((one) => !one.mine && one.text === text)) return;
      end();
      resolve();
    };
    const end = of(name).onEntries(() => void check());
    void check();
  });
}

const people = {
  look,
  send,
  messages,

  /** Starts a person over the broker of this page's own origin; the one that the browser knows, if any. */
  async start(name: string, speed?: number) {
    const store = browserIdentityStore();
    const kept = await store.load();
    const identity = kept?.name === name ? kept : await createIdentity({ name, issuedAt: Date.now() });
    if (kept === undefined) await store.save(identity);
    const time = speed === undefined ? {} : { clock: quickClock(speed), timers: quickTimers(speed) };
    const brokerUrl = `ws://${location.host}/mqtt`;
    sessions.set(name, await startPeerSession({ identity, brokerUrl, audience: location.host, ...time }));
  },

  role: (name: string) => of(name).role(),

  command: (name: string, command: PeerCommand) => of(name).command(command),

  accept: (name: string, other: string) =>
    of(name).command({ kind: 'acceptContact', contact: contactOf(name, other)?.id ?? '' }),

  connect: (name: string, other: string) =>
    of(name).command({ kind: 'connect', person: contactOf(name, other)?.person ?? '' }),

  /** How often each kind of thing was refused since the start. */
  refused: (name: string): Record<string, number> =>
    Object.fromEntries([...of(name).state().refused].map(([code, { count }]) => [code, count])),

  /** Closes every channel of this page, as a failure would. */
  endLinks() {
    for (const { channel } of connections()) if (channel?.readyState === 'open') channel.close();
  },

  /** Resolves once the link of a person with another does not stand, if only for a moment. */
  linkEnds: (name: string, other: string) => until(() => look(name, other).link !== 'open'),

  /** Ends the link between two people of this page; then both dial in the same tick, and write to each other. */
  async dialTogether(a: string, b: string, text: string) {
    const links = () => [look(a, b).link, look(b, a).link];
    const negotiated = () => connections().filter((one) => one.negotiated);
    const before = new Set(negotiated());
    people.endLinks();
    await until(() => links().every((state) => state === 'retrying'));
    await Promise.all([people.connect(a, b), people.connect(b, a)]);
    await until(() => links().every((state) => state === 'open'));
    await Promise.all([send(a, b, `${text} from ${a}`), send(b, a, `${text} from ${b}`)]);
    await Promise.all([arrived(a, b, `${text} from ${b}`), arrived(b, a, `${text} from ${a}`)]);
    // Those made ahead for the next link have no part in this one.
    const used = negotiated().filter((one) => !before.has(one));
    const standing = negotiated().filter(({ connection }) => connection.signalingState !== 'closed');
    return {
      links: links(),
      used: used.length,
      offered: used.filter(({ offered }) => offered).length,
      standing: standing.length,
      connected: standing.filter(({ connection }) => connection.connectionState === 'connected').length,
    };
  },

  /** How many connections of this page were signalled, made ahead ones not, and how many of them ever came to stand. */
  counted: () => ({
    made: connections().filter(({ negotiated }) => negotiated).length,
    everConnected: connections().filter(({ everConnected }) => everConnected).length,
  }),

  /** Sends so many messages, one after the other; the test hears of each once it is durable. */
  async burst(name: string, other: string, from: number, count: number) {
    for (let n = from; n < from + count; n += 1) {
      const text = `${name} ${n}`;
      const { ok } = await send(name, other, text);
      if (ok) void told(text);
    }
  },
};

export type People = typeof people;
Object.assign(globalThis, { people });
