/** What we use of Aedes' in-memory persistence, which types its class under another path than it has. */
declare module 'aedes-persistence/asyncPersistence.js' {
  import type { Readable } from 'node:stream';
  import type { AedesPublishPacket, Subscription } from 'aedes';

  export interface ClientId {
    readonly id: string;
  }
  export type StoredPacket = AedesPublishPacket;

  export default class MemoryPersistence {
    storeRetained(packet: StoredPacket): Promise<void>;
    createRetainedStreamCombi(filters: readonly string[]): Readable;
    addSubscriptions(client: ClientId, subscriptions: readonly Subscription[]): Promise<void>;
    removeSubscriptions(client: ClientId, filters: readonly string[]): Promise<void>;
    subscriptionsByClient(client: ClientId): Promise<Subscription[]>;
    subscriptionsByTopic(topic: string): Promise<{ readonly clientId: string }[]>;
    cleanSubscriptions(client: ClientId): Promise<void>;
    outgoingEnqueue(session: { readonly clientId: string }, packet: StoredPacket): Promise<void>;
    outgoingEnqueueCombi(sessions: readonly { clientId: string }[], packet: StoredPacket): Promise<void>;
    outgoingUpdate(client: ClientId, packet: StoredPacket): Promise<void>;
    outgoingClearMessageId(client: ClientId, packet: StoredPacket): Promise<StoredPacket | undefined>;
    outgoingStream(client: ClientId): Readable;
    incomingStorePacket(client: ClientId, packet: StoredPacket): Promise<void>;
    incomingDelPacket(client: ClientId, packet: StoredPacket): Promise<void>;
    cleanIncoming(client: ClientId): Promise<void>;
    putWill(client: ClientId, packet: StoredPacket): Promise<void>;
    delWill(client: ClientId): Promise<StoredPacket | undefined>;
    streamWill(brokers?: Readonly<Record<string, unknown>>): Readable;
    destroy(): Promise<void>;
  }
}
declare module 'aedes-persistence/abstract.js' {
  export default function abstractSuite(options: {
    test: (name: string, run: (t: unknown) => Promise<void>) => void;
    persistence: () => unknown;
    testAsync: boolean;
  }): void;
}
