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
