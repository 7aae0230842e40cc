/**
 * The rivals, by what is used of them: their packages are installed only for a
 * run, and the rest of the repository is checked without them.
 */
declare module 'peerjs' {
  export interface DataConnection {
    on(event: 'open', listener: () => void): void;
    on(event: 'data', listener: (data: unknown) => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
    send(data: unknown): void;
    close(): void;
  }
  export class Peer {
    constructor(
      id: string,
      options: {
        readonly host: string;
        readonly port: number;
        readonly path: string;
        readonly config: RTCConfiguration;
      },
    );
    on(event: 'open', listener: () => void): void;
    on(event: 'connection', listener: (connection: DataConnection) => void): void;
    on(event: 'error', listener: (error: Error) => void): void;
    connect(id: string): DataConnection;
  }
}

declare module '@trystero-p2p/mqtt' {
  export interface Action {
    send(data: string): Promise<void>;
    onMessage: ((data: string) => void) | null;
  }
  export interface Room {
    makeAction(name: string): Action;
    leave(): Promise<void>;
    getPeers(): Record<string, RTCPeerConnection>;
    onPeerJoin: ((peerId: string) => void) | null;
  }
  export function joinRoom(
    config: {
      readonly appId: string;
      readonly relayConfig: { readonly urls: readonly string[] };
      readonly rtcConfig: RTCConfiguration;
    },
    room: string,
  ): Room;
}

declare module 'peer' {
  import type { Server } from 'node:http';

  interface Events {
    on(event: 'message', listener: (client: unknown, message: { readonly type: string }) => void): this;
  }
  export function PeerServer(
    options: { readonly host: string; readonly port: number; readonly path: string },
    listening: (server: Server) => void,
  ): Events;
}

declare module 'socket.io' {
  export interface ServerSocket {
    join(room: string): Promise<void> | void;
    on(event: 'join', listener: (room: string, done: () => void) => void): void;
    on(event: 'send', listener: (room: string, messages: readonly string[], done: () => void) => void): void;
  }
  export class Server {
    constructor(
      server: unknown,
      options: { readonly perMessageDeflate: boolean; readonly transports: readonly string[] },
    );
    on(event: 'connection', listener: (socket: ServerSocket) => void): void;
    to(room: string): { emit(event: string, message: string): void };
    adapter(adapter: unknown): void;
  }
}

declare module 'socket.io-client' {
  export interface Socket {
    emitWithAck(event: string, ...values: readonly unknown[]): Promise<unknown>;
    on(event: 'message', listener: () => void): void;
    disconnect(): void;
  }
  export function io(
    url: string,
    options: {
      readonly transports: readonly string[];
      readonly forceNew: boolean;
      readonly reconnection: boolean;
    },
  ): Socket;
}

declare module '@socket.io/redis-adapter' {
  export function createAdapter(publisher: unknown, subscriber: unknown): unknown;
}

declare module 'redis' {
  export interface RedisClient {
    connect(): Promise<RedisClient>;
    rPush(key: string, value: string): Promise<number>;
  }
  export function createClient(options: { readonly url: string }): RedisClient;
}
