/** Short-lived signed tokens for REST, rooms and MQTT: JWT (RFC 7519) with EdDSA (RFC 8037), by `jose`. */
import {
  type DeviceId,
  deviceIdPattern,
  type Name,
  namePattern,
  type PersonId,
  personIdPattern,
} from '@bothy/wire';
import { jwtVerify, SignJWT } from 'jose';
import type { Principal } from './access-rules.ts';

/** Who a token speaks for. */
export interface TokenSubject {
  readonly person: PersonId;
  readonly device: DeviceId;
  readonly name: Name;
  /** What they are at this node beyond a person; holds for as long as the token does. */
  readonly role?: Role | undefined;
}

/** The one role at a node so far (design, section 5). */
export type Role = 'operator';

export const tokenLifeMs = 15 * 60_000;

export interface TokenIssuer {
  /** The node's id: issuer and audience. */
  readonly node: string;
  readonly keyPair: CryptoKeyPair;
}

/** `now` is Unix milliseconds; the token is good for 15 minutes of this node's clock. */
export async function issueToken(
  issuer: TokenIssuer,
  subject: TokenSubject,
  now: number,
): Promise<{ readonly token: string; readonly expiresAt: number }> {
  const issuedAt = Math.floor(now / 1000);
  const expiresAt = issuedAt + tokenLifeMs / 1000;
  const { device, name, role } = subject;
  const token = await new SignJWT(role === undefined ? { device, name } : { device, name, role })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' })
    .setSubject(subject.person)
    .setIssuer(issuer.node)
    .setAudience(issuer.node)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .sign(issuer.keyPair.privateKey);
  return { token, expiresAt: expiresAt * 1000 };
}

/** Whom the access rules know these as. */
export function principalOf({ person, device, name, role }: TokenSubject): Principal {
  return { kind: role ?? 'person', person, device, name };
}

export type VerifiedToken =
  | { readonly ok: true; readonly subject: TokenSubject }
  | { readonly ok: false; readonly reason: string };

export async function verifyToken(issuer: TokenIssuer, token: string, now: number): Promise<VerifiedToken> {
  try {
    const { payload } = await jwtVerify(token, issuer.keyPair.publicKey, {
      algorithms: ['EdDSA'],
      issuer: issuer.node,
      audience: issuer.node,
      requiredClaims: ['exp'],
      currentDate: new Date(now),
    });
    const { sub, device, name, role } = payload;
    const whole =
      typeof sub === 'string' &&
      personIdPattern.test(sub) &&
      typeof device === 'string' &&
      deviceIdPattern.test(device) &&
      typeof name === 'string' &&
      namePattern.test(name);
    if (!whole) return { ok: false, reason: 'token: a claim is missing' };
    // A role that this version does not know gives nothing.
    const subject = { person: sub, device, name };
    return { ok: true, subject: role === 'operator' ? { ...subject, role } : subject };
  } catch (thrown) {
    return { ok: false, reason: `token: ${thrown instanceof Error ? thrown.message : 'not valid'}` };
  }
}
