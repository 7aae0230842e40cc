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
  /** Certificates of the ids that this installation had before, verbatim, the oldest first. @default none */
  readonly former?: readonly string[];
}

/**
 * The same person on the same installation, with a device key and id of its own from now on: a copy of it goes on with the
 * one it has. Throws `bad_request` where the person's key is not here.
 */
export async function renewDevice(identity: LocalIdentity, issuedAt: number): Promise<LocalIdentity> {
  const { name, personKeyPair, certificate, former = [] } = identity;
  if (personKeyPair === undefined) {
    throw new BothyError('bad_request', 'A device takes a new id only where the key of its person is.');
  }
  const renewed = await createIdentity({ name, issuedAt, personKeyPair });
  return { ...renewed, former: [...former, certificate] };
}

/** The ids that this installation had before, the oldest first. */
export function formerDevices({ former = [] }: Pick<LocalIdentity, 'former'>): readonly DeviceId[] {
  return former.flatMap((certificate) => {
    const parsed = parseCertificate(certificate);
    return parsed.ok ? [parsed.value.device] : [];
  });
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
