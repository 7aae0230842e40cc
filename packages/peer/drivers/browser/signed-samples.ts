/** Signed presence and envelopes, as a test needs them: right in everything that it does not change. */
import { type LocalIdentity, signText } from '@bothy/identity';
import { type Boot, type Envelope, formatBoot, type Presence, unsignedText } from '@bothy/wire';

const firstBoot = formatBoot(1, 'a'.repeat(13));

function sender(identity: LocalIdentity): Envelope['from'] {
  return { person: identity.person, device: identity.device, name: identity.name };
}

export function contactRequest(from: LocalIdentity, boot: Boot, seq: number, to = 'ben'): Envelope {
  const head = { v: 1, from: sender(from), to: { name: to }, boot, toBoot: null } as const;
  const body = { certificate: from.certificate, request: 1 };
  return { ...head, session: '', seq, sentAt: 1, kind: 'contact.request', body };
}

export function answer(from: LocalIdentity, to: LocalIdentity): Envelope {
  const head = { v: 1, from: sender(from), to: sender(to), boot: firstBoot, toBoot: firstBoot } as const;
  const body = { toSession: null, number: 1, sdp: 'v=0' };
  return { ...head, session: 's', seq: 1, sentAt: 1, kind: 'answer', body };
}

export function envelopeText(envelope: Envelope, signer: LocalIdentity): Promise<string> {
  return signText('envelope', unsignedText({ ...envelope }), signer.devicePrivateKey);
}

export function presenceText(from: LocalIdentity, changed: Partial<Presence> = {}): Promise<string> {
  const presence: Presence = {
    v: 1,
    from: sender(from),
    boot: firstBoot,
    connection: 1,
    online: true,
    sentAt: 1,
    certificate: from.certificate,
    ...changed,
  };
  return signText('presence', unsignedText({ ...presence }), from.devicePrivateKey);
}
