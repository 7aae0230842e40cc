/** Numbers and addresses everything this device signals. */
import type { DeviceAddress, Envelope, EnvelopeBody, EnvelopeRecipient } from '@bothy/wire';
import type { PeerConfig } from './config.ts';
import type { Step } from './step.ts';

/** A device we can address: its boot is known. */
export interface ReachableDevice extends DeviceAddress {
  readonly name: string;
  readonly boot: string;
}

export class EnvelopeWriter {
  readonly #config: PeerConfig;
  #seq = 0;

  constructor(config: PeerConfig) {
    this.#config = config;
  }

  /** Signals to one device, at once: links do not wait for the store. */
  toDevice(step: Step, to: ReachableDevice, session: string, content: EnvelopeBody): void {
    const { name, person, device } = to;
    const envelope = this.#write(step, { name, person, device }, to.boot, session, content);
    step.emit({ kind: 'signal', envelope, early: true });
  }

  /** Signals to whatever device of a person listens, once the contact is stored. */
  toPerson(step: Step, to: EnvelopeRecipient, content: EnvelopeBody): void {
    step.emit({ kind: 'signal', envelope: this.#write(step, to, null, '', content) });
  }

  #write(
    step: Step,
    to: EnvelopeRecipient,
    toBoot: string | null,
    session: string,
    content: EnvelopeBody,
  ): Envelope {
    const { person, device, name, boot } = this.#config;
    this.#seq += 1;
    const head = { v: 1, from: { person, device, name }, to, boot, toBoot, session, seq: this.#seq } as const;
    return { ...head, sentAt: step.now.wallMs, ...content };
  }
}
