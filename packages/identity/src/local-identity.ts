/** Who this device is. Can be stored in IndexedDB as it is: keys are structured-cloneable. */
import { BothyError, type DeviceId, type Name, namePattern, type PersonId } from '@bothy/wire';
import { parseCertificate } from '@bothy/wire/schemas';
import { issueCertificate } from './certificates.ts';
import { generateKeyPair } from './keys.ts';

export interface LocalIdentity {
  readonly name: Name;
  readonly person: PersonId;
  readonly device: DeviceId;
  /** Verbatim, signed by the person's key. */
  readonly certificate: string;
  /** Not extractable. */
  readonly devicePrivateKey: CryptoKey;
  /** Extractable, so that the person can take it along; absent on a device that was only certified. */
  readonly personKeyPair?: CryptoKeyPair;
}

/** Makes a new person with a first device, or a new device of an existing person. Throws `name_invalid`. */
export async function createIdentity(options: {
  readonly name: Name;
  /** Unix milliseconds; advisory. */
  readonly issuedAt: number;
  /**
   * The person's key, as `readKeyFile` gives it back.
   * @default a new one
   */
  readonly personKeyPair?: CryptoKeyPair;
}): Promise<LocalIdentity> {
  const { name, issuedAt } = options;
  if (!namePattern.test(name)) {
    const rule = 'A name has 2 to 32 lower-case letters, digits, dots, dashes or underscores.';
    throw new BothyError('name_invalid', rule);
  }
  const [personKeyPair, deviceKeyPair] = await Promise.all([
    options.personKeyPair ?? generateKeyPair(true),
    generateKeyPair(false),
  ]);
  const devicePublicKey = deviceKeyPair.publicKey;
  const certificate = await issueCertificate({ name, personKeyPair, devicePublicKey, issuedAt });
  const parsed = parseCertificate(certificate);
  if (!parsed.ok) throw new Error(`invariant: our own certificate is well formed, ${parsed.reason}`);
  const { person, device } = parsed.value;
  return { name, person, device, certificate, devicePrivateKey: deviceKeyPair.privateKey, personKeyPair };
}
