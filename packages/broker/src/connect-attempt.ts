/** What a client says of itself when it connects, and the numbers that MQTT has for a refusal. */
import { Socket } from 'node:net';
import type { Client, ConnectPacket } from 'aedes';
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

/** A program's own id may be long, but what is kept of a session is bounded. */
const maxClientIdChars = 256;

/** Why a CONNECT that can be read is refused all the same; undefined when it is as it should be. */
export function connectFault({ clientId, clean, will }: ConnectPacket): AuthenticationRefusal | undefined {
  const fault = (code: AuthenticationRefusal['code'], reason: string) =>
    ({ ok: false, code, reason }) as const;
  // Nobody could come back to that session, and what waits for it would stay until it ends (MQTT-3.1.3-8).
  if (!clientId && !clean) return fault('badIdentifier', 'a session that is kept needs a client id');
  if (clientId.length > maxClientIdChars || clientId.includes('\0'))
    return fault('badIdentifier', `a client id has up to ${maxClientIdChars} characters, and none is zero`);
  // No packet can be made of such a message: it would end the connections of all whom it is for (MQTT-3.1.2-14).
  if ((will?.qos ?? 0) > 2) return fault('notAuthorized', 'a last will has a quality of service of 0 to 2');
  return undefined;
}
