/** What we use of Aedes' in-memory persistence, which types its class under another path than it has. */
declare module 'aedes-persistence/asyncPersistence.js' {
  import type { Readable } from 'node:stream';
  import type { AedesPublishPacket, Client, Subscription } from 'aedes';

  export interface ClientId {
    readonly id: string;
  }
  export type StoredPacket = AedesPublishPacket;

  export default class MemoryPersistence {
    storeRetained(packet: StoredPacket): Promise<void>;
    addSubscriptions(client: Client, subscriptions: readonly Subscription[]): Promise<void>;
    subscriptionsByClient(client: ClientId): Promise<Subscription[]>;
    cleanSubscriptions(client: ClientId): Promise<void>;
    outgoingEnqueue(session: { readonly clientId: string }, packet: StoredPacket): Promise<void>;
    outgoingEnqueueCombi(sessions: readonly { clientId: string }[], packet: StoredPacket): Promise<void>;
    outgoingUpdate(client: ClientId, packet: StoredPacket): Promise<void>;
    outgoingClearMessageId(client: ClientId, packet: StoredPacket): Promise<StoredPacket | undefined>;
    outgoingStream(client: ClientId): Readable;
  }
}
