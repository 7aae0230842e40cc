/** What a client says of itself when it connects, and the numbers that MQTT has for a refusal. */
import { Socket } from 'node:net';
import type { Client } from 'aedes';
import type { AuthenticationRefusal, ConnectAttempt } from './authentication.ts';

export function connectAttempt(
  client: Client,
  username: string | undefined,
  password: Buffer | undefined,
): ConnectAttempt {
  const { id: clientId, req: request, conn } = client;
  const socket = request?.socket ?? (conn instanceof Socket ? conn : undefined);
  const address = socket?.remoteAddress;
  return { clientId, username, password: password?.toString('utf8'), request, address };
}

/** CONNACK return codes of MQTT 3.1.1, section 3.2.2.3; clients come back by themselves after 3. */
const returnCodes: Readonly<Record<AuthenticationRefusal['code'], number>> = {
  badIdentifier: 2,
  tooOften: 3,
  unavailable: 3,
  badCredentials: 4,
  notAuthorized: 5,
};

/** The error that makes Aedes refuse a connection. */
export function connectError({ code, reason }: AuthenticationRefusal): Error & { returnCode: number } {
  return Object.assign(new Error(reason), { returnCode: returnCodes[code] });
}
