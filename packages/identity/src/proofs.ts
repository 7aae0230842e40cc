/** Self-signed proofs: a device shows who it is to a broker or node, without asking anybody first. */
import { type Certificate, type Proof, toBase64Url, unsignedText } from '@bothy/wire';
import { parseProof } from '@bothy/wire/schemas';
import { verifyCertificate } from './certificates.ts';
import type { LocalIdentity } from './local-identity.ts';
import { signText, verifyText } from './signatures.ts';

/** Clocks may be an hour off, on both sides. */
const maxClockErrorMs = 2 * 3_600_000;
/** Long enough for a slow phone to sign; no longer, because nothing waits for it. */
const challengeLifeMs = 120_000;

export interface ProofRequest {
  readonly identity: LocalIdentity;
  /** `host:port` of the node as we reach it. */
  readonly audience: string;
  /** Unix milliseconds. */
  readonly now: number;
  /** The node's challenge, when it gave one. @default 16 random bytes */
  readonly nonce?: string;
}

/** A proof for one use. */
export async function makeProof(request: ProofRequest): Promise<string> {
  const { identity, audience, now } = request;
  const nonce = request.nonce ?? randomNonce();
  const proof: Proof = { v: 1, certificate: identity.certificate, audience, nonce, issuedAt: now };
  return await signText('proof', unsignedText({ ...proof }), identity.devicePrivateKey);
}

/** 16 random bytes, base64url. */
export function randomNonce(): string {
  return toBase64Url(globalThis.crypto.getRandomValues(new Uint8Array(16)));
}

/** Nonces that were used, or given out, until they expire. */
export interface NonceRegister {
  use(nonce: string, wallMs: number): NonceUse;
}

/** `unknown`: never given out, or too long ago. `full`: nothing more can be remembered now. */
export type NonceUse = 'accepted' | 'used' | 'unknown' | 'full';

const nonceReasons: Readonly<Record<Exclude<NonceUse, 'accepted'>, string>> = {
  used: 'proof: used before',
  unknown: 'proof: answers no challenge of this node, or one that is over',
  full: 'proof: too many sign-ins in the last hours, try again later',
};

export type VerifiedProof =
  | {
      readonly ok: true;
      readonly certificate: Certificate;
      readonly nonce: string;
      /** `host:port` as the client reached the node. */
      readonly audience: string;
    }
  | { readonly ok: false; readonly reason: string };

/** Checks shape, audience, time, certificate and signature, and then uses up the nonce. */
export async function verifyProof(
  text: string,
  expected: {
    readonly audiences: readonly string[];
    readonly wallMs: number;
    readonly nonces: NonceRegister;
  },
): Promise<VerifiedProof> {
  const parsed = parseProof(text);
  if (!parsed.ok) return { ok: false, reason: `proof: ${parsed.reason}` };
  const { audience, issuedAt, nonce } = parsed.value;
  if (!expected.audiences.includes(audience)) return { ok: false, reason: 'proof: made for another node' };
  if (Math.abs(expected.wallMs - issuedAt) > maxClockErrorMs) {
    return { ok: false, reason: 'proof: too old, or a clock is more than two hours off' };
  }
  const verified = await verifyCertificate(parsed.value.certificate);
  if (!verified.ok) return verified;
  if ((await verifyText('proof', text, verified.deviceKey)) === undefined) {
    return { ok: false, reason: 'proof: bad signature' };
  }
  const use = expected.nonces.use(nonce, expected.wallMs);
  if (use !== 'accepted') return { ok: false, reason: nonceReasons[use] };
  return { ok: true, certificate: verified.certificate, nonce, audience };
}

/**
 * Remembers used nonces for as long as a proof with them could still be in time.
 * Bounded: at the limit new proofs are refused, for forgetting one would let it
 * be replayed; the limit is far above what a node's sign-in rate allows.
 */
export class UsedNonces implements NonceRegister {
  readonly #maxNonces: number;
  /** In order of use, the oldest first. */
  readonly #usedAt = new Map<string, number>();

  constructor(maxNonces = 100_000) {
    this.#maxNonces = maxNonces;
  }

  use(nonce: string, wallMs: number): NonceUse {
    for (const [old, usedAt] of this.#usedAt) {
      if (wallMs - usedAt <= 2 * maxClockErrorMs) break;
      this.#usedAt.delete(old);
    }
    if (this.#usedAt.has(nonce)) return 'used';
    if (this.#usedAt.size >= this.#maxNonces) return 'full';
    this.#usedAt.set(nonce, wallMs);
    return 'accepted';
  }
}

/** Takes a proof only when each of the registers does, in this order: a challenge of ours that was used nowhere. */
export function everyRegister(...registers: readonly NonceRegister[]): NonceRegister {
  return {
    use(nonce, wallMs) {
      for (const register of registers) {
        const use = register.use(nonce, wallMs);
        if (use !== 'accepted') return use;
      }
      return 'accepted';
    },
  };
}

/** Nonces that a node gave out as challenges: each is good once and for two minutes. Bounded: the oldest goes. */
export class Challenges implements NonceRegister {
  readonly #maxOpen: number;
  readonly #givenAt = new Map<string, number>();

  constructor(maxOpen = 10_000) {
    this.#maxOpen = maxOpen;
  }

  give(wallMs: number): string {
    const nonce = randomNonce();
    this.#givenAt.set(nonce, wallMs);
    const oldest = this.#givenAt.keys().next().value;
    if (this.#givenAt.size > this.#maxOpen && oldest !== undefined) this.#givenAt.delete(oldest);
    return nonce;
  }

  use(nonce: string, wallMs: number): NonceUse {
    const givenAt = this.#givenAt.get(nonce);
    this.#givenAt.delete(nonce);
    const open = givenAt !== undefined && Math.abs(wallMs - givenAt) <= challengeLifeMs;
    return open ? 'accepted' : 'unknown';
  }
}
