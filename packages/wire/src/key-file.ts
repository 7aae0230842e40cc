/** The file in which a person takes their key along. JSON, so that it survives any way of copying text. */
import type { Name } from './ids.ts';

export interface KeyFile {
  readonly bothy: 'key';
  readonly v: 1;
  readonly name: Name;
  /** The raw public key, 32 bytes in base64url. */
  readonly personKey: string;
  /** How the passphrase becomes a key: PBKDF2 with HMAC-SHA-256 over its UTF-8 bytes in NFKC form. */
  readonly iterations: number;
  /** 16 random bytes, base64url. */
  readonly salt: string;
  /** 12 random bytes, base64url. */
  readonly iv: string;
  /** The private key as PKCS #8, in AES-256-GCM with `name` and `personKey` as additional data; base64url. */
  readonly sealed: string;
  /** SHA-256 of the other members, each as text on a line of its own, base64url: tells damage from a wrong passphrase. */
  readonly check: string;
}

/**
 * OWASP's figure for PBKDF2 with SHA-256 (Password Storage Cheat Sheet, 2023), and a
 * bound, for a file may come from anybody and must not keep a browser busy for minutes.
 */
export const keyFileIterations = { min: 600_000, max: 10_000_000 } as const;
