/** A device certificate: the person's key says "this device is mine, and this is my name". */
import type { DeviceId, Name, PersonId } from './ids.ts';

export interface Certificate {
  readonly v: 1;
  readonly name: Name;
  readonly person: PersonId;
  /** Raw Ed25519 public key, base64url. */
  readonly personKey: string;
  readonly device: DeviceId;
  readonly deviceKey: string;
  /** Unix milliseconds; advisory. */
  readonly issuedAt: number;
}

/** A self-signed proof, used as an MQTT password and to claim a name. Signed by the device's key. */
export interface Proof {
  readonly v: 1;
  /** The certificate, verbatim. */
  readonly certificate: string;
  /** Who the proof is for: the node's `host:port` as the client reached it. */
  readonly audience: string;
  /** 16 random bytes, base64url; accepted once. */
  readonly nonce: string;
  readonly issuedAt: number;
}
