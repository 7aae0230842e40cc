/** Hashes and signs our own entries. What is returned is stored and sent verbatim, for ever. */
import { hashText, type LocalIdentity, signText } from '@bothy/identity';
import type { EntryContent, EntrySeal } from '@bothy/peer/core';
import { type EntryHeader, unsignedText } from '@bothy/wire';

/** Seals one entry with the device's key. The author of `content` must be this device. */
export async function sealEntry(content: EntryContent, identity: LocalIdentity): Promise<EntrySeal> {
  const { author, conversation, n, prev, body } = content;
  if (author.person !== identity.person || author.device !== identity.device) {
    throw new Error('A device seals its own entries only.');
  }
  // The members stand in the order of `EntryHeader`, so that the same entry has the same bytes everywhere.
  const header: EntryHeader = {
    v: 1,
    conversation,
    person: author.person,
    device: author.device,
    n,
    prev,
    hlc: { ms: content.hlc.ms, counter: content.hlc.counter },
    bodyHash: await hashText(body),
  };
  const signed = await signText('entry', unsignedText({ ...header }), identity.devicePrivateKey);
  return { record: { header: signed, body }, hash: await hashText(signed) };
}
