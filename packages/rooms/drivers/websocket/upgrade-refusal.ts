/** HTTP upgrades that do not become a connection: answered in plain HTTP, with our code and sentence as JSON. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ErrorCode } from '@bothy/wire';

export const subProtocol = 'bothy.v1';

export interface UpgradeRefusal {
  readonly status: '400 Bad Request' | '503 Service Unavailable';
  readonly code: ErrorCode;
  readonly message: string;
}

export function upgradeRefusal(
  { headers }: IncomingMessage,
  { stopping, full }: { readonly stopping: boolean; readonly full: boolean },
): UpgradeRefusal | undefined {
  if (stopping || full) {
    const message = stopping ? 'This node stops.' : 'This node has as many connections as it takes.';
    return {
      status: '503 Service Unavailable',
      code: 'limit_reached',
      message: `${message} Try another one.`,
    };
  }
  const offered = headers['sec-websocket-protocol'];
  if (offered === undefined || offered.split(',').some((each) => each.trim() === subProtocol))
    return undefined;
  const message = `This node speaks ${subProtocol}, and none of the sub-protocols that were offered.`;
  return { status: '400 Bad Request', code: 'unsupported_version', message };
}

export function refuseUpgrade(socket: Duplex, { status, code, message }: UpgradeRefusal): void {
  const body = JSON.stringify({ code, message });
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json`;
  socket.on('error', () => socket.destroy());
  // Whoever does not hang up is hung up on.
  socket.once('finish', () => socket.destroy());
  socket.end(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
