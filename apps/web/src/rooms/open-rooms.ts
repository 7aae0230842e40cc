/** Opens the rooms of this tab, once: who one is, which nodes there are, and what this browser keeps. */
import type { LocalIdentity } from '@bothy/identity';
import { browserIdentityStore } from '@bothy/peer/drivers/browser';
import { connectRooms, type RoomsClient, webUrlOf } from '@bothy/rooms/client';
import { BothyError } from '@bothy/wire';
import { writeKnownNodes } from '../node/known-nodes.ts';
import { NodeTokens } from '../node/node-tokens.ts';
import { signInAt } from '../node/sign-in.ts';
import { newMessageId } from '../timeline/message-id.ts';
import { keptRooms } from './kept-rooms.ts';
import { outboxStore } from './outbox-store.ts';
import type { OpenRooms } from './rooms-context.ts';
import { setRoomsGlance } from './rooms-glance.ts';
import { type RoomsLink, RoomsSession } from './rooms-session.ts';

let opened: Promise<OpenRooms> | undefined;

/** Rejects when this browser has no key any more. */
export function openRooms(): Promise<OpenRooms> {
  opened ??= open();
  return opened;
}

async function open(): Promise<OpenRooms> {
  const identity = await browserIdentityStore().load();
  if (identity === undefined) throw new BothyError('not_found', 'Your key is not in this browser any more.');
  const tokens = new NodeTokens(
    (base) => signInAt(identity, base),
    () => performance.now(),
  );
  const client = connect(identity, tokens);
  const session = new RoomsSession({
    connect: (notify) => linkOf(client, notify),
    kept: keptRooms(identity.person, () => localStorage),
    newId: newMessageId,
  });
  glanceAt(session);
  client.on('nodes', (nodes) => {
    const origins = nodes.map(({ url }) => webUrlOf(url)).filter((origin) => origin !== location.origin);
    writeKnownNodes(origins, () => localStorage);
  });
  const base = (): string => (session.state().url === '' ? location.origin : webUrlOf(session.state().url));
  return {
    session,
    files: { base, token: (again = false) => tokens.token(base(), again) },
    isOperator: () => tokens.isOperator(base()),
    extensions: {
      ask: (method, params) => client.askExtension(method, params),
      on: (method, heard) => client.onExtension(method, heard),
    },
  };
}

/** Entries come in crowds: they are counted once the crowd has passed. */
const glanceAfterMs = 150;

function glanceAt(session: RoomsSession): void {
  let waiting = false;
  session.subscribe(() => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      setRoomsGlance(session.glance());
    }, glanceAfterMs);
  });
}

function connect(identity: LocalIdentity, tokens: NodeTokens): RoomsClient {
  return connectRooms({
    urls: [location.origin],
    token: async ({ url, again }) => {
      try {
        return await tokens.token(webUrlOf(url), again);
      } catch (thrown) {
        const error = BothyError.from(thrown);
        // A node that does not answer may do so later; one that refuses will not.
        if (error.code !== 'broker_unreachable') throw error;
        throw new BothyError('node_unreachable', error.message, { cause: thrown });
      }
    },
    outbox: outboxStore(identity.person, () => localStorage),
  });
}

function linkOf(
  client: RoomsClient,
  notify: Parameters<ConstructorParameters<typeof RoomsSession>[0]['connect']>[0],
): RoomsLink {
  client.on('notice', notify);
  return {
    ask: (command) => client.ask(command),
    retry: (room, messageId) => void client.rooms.get(room)?.retry({ messageId }),
    discard: (room, messageId) => void client.rooms.get(room)?.discard({ messageId }),
    start: () => client.start(),
    stop: () => client.close(),
  };
}
