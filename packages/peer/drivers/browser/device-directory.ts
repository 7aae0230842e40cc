/**
 * Whose key signs for which device. A certificate proves itself (the person's
 * id is the fingerprint of the key that signed it), so it may come from
 * anywhere: presence, an offer, a contact request, or our own contact list.
 */
import { verifyCertificate } from '@bothy/identity';
import { type Certificate, type DeviceAddress, deviceKey, type PersonId } from '@bothy/wire';

export interface KnownDevice {
  readonly certificate: Certificate;
  readonly deviceKey: CryptoKey;
}

export type Learned =
  | { readonly ok: true; readonly device: KnownDevice }
  | { readonly ok: false; readonly reason: string };

export interface DeviceDirectoryOptions {
  /** Our own certificate, verbatim: always known, for others pass on our entries too. */
  readonly ownCertificate: string;
  /** Of the ids that this installation had before. @default none */
  readonly formerCertificates?: readonly string[] | undefined;
  /** The newest certificate stored for a person, if any. */
  readonly stored: (person: PersonId) => string | null | undefined;
  /**
   * Devices kept in memory; the one used longest ago is forgotten first.
   * @default 512
   */
  readonly maxDevices?: number;
}

export class DeviceDirectory {
  readonly #options: DeviceDirectoryOptions;
  readonly #maxDevices: number;
  /** In order of use, the oldest first. */
  readonly #devices = new Map<string, KnownDevice>();

  constructor(options: DeviceDirectoryOptions) {
    this.#options = options;
    this.#maxDevices = options.maxDevices ?? 512;
  }

  /** Verifies a certificate and remembers its device. */
  async learn(certificateText: string): Promise<Learned> {
    const learned = await verify(certificateText);
    if (learned.ok) this.#remember(learned.device);
    return learned;
  }

  /** The device of this address; undefined when no certificate of it has been seen. */
  async find(address: DeviceAddress): Promise<KnownDevice | undefined> {
    const known = this.#devices.get(deviceKey(address)) ?? (await this.#findStored(address));
    if (known !== undefined) this.#remember(known);
    return known;
  }

  async #findStored(address: DeviceAddress): Promise<KnownDevice | undefined> {
    const { stored, ownCertificate, formerCertificates = [] } = this.#options;
    for (const text of [stored(address.person), ownCertificate, ...formerCertificates]) {
      if (text === null || text === undefined) continue;
      const found = await verify(text);
      if (found.ok && deviceKey(found.device.certificate) === deviceKey(address)) return found.device;
    }
    return undefined;
  }

  #remember(device: KnownDevice): void {
    const key = deviceKey(device.certificate);
    this.#devices.delete(key);
    this.#devices.set(key, device);
    for (const oldest of this.#devices.keys()) {
      if (this.#devices.size <= this.#maxDevices) break;
      this.#devices.delete(oldest);
    }
  }
}

async function verify(certificateText: string): Promise<Learned> {
  const verified = await verifyCertificate(certificateText);
  if (!verified.ok) return { ok: false, reason: verified.reason };
  const { certificate, deviceKey: key } = verified;
  return { ok: true, device: { certificate, deviceKey: key } };
}
