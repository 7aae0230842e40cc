/** Verifies entries that arrived over a link, so that a core sees only what their authors signed. */
import { hashText, verifyText } from '@bothy/identity';
import type { EntryRecord, ErrorCode, Frame, VerifiedEntry, VerifiedFrame } from '@bothy/wire';
import { parseEntryBody, parseEntryHeader } from '@bothy/wire/schemas';
import type { DeviceDirectory } from './device-directory.ts';

/** Why something from outside was not taken. */
export interface Refusal {
  readonly code: ErrorCode;
  /** A sentence for logs and for the person. */
  readonly message: string;
}

export type EntryVerdict =
  | { readonly ok: true; readonly entry: VerifiedEntry }
  | { readonly ok: false; readonly refusal: Refusal };

/** Checks shape, body hash and the signature of the author's device. */
export async function verifyEntry(record: EntryRecord, devices: DeviceDirectory): Promise<EntryVerdict> {
  const header = parseEntryHeader(record.header);
  if (!header.ok) return refused('bad_request', `An entry's header cannot be read: ${header.reason}.`);
  const author = await devices.find(header.value);
  if (author === undefined) {
    return refused('unknown_device', 'An entry is by a device whose certificate we have not seen.');
  }
  const [signed, bodyHash, hash] = await Promise.all([
    verifyText('entry', record.header, author.deviceKey),
    record.body === null ? undefined : hashText(record.body),
    hashText(record.header),
  ]);
  if (signed === undefined) return refused('bad_signature', "An entry's signature is not its author's.");
  // A deleted body is absent; the header's chain holds without it.
  if (record.body === null) {
    return { ok: true, entry: { record, header: header.value, hash, body: undefined } };
  }
  if (bodyHash !== header.value.bodyHash) {
    return refused('bad_signature', "An entry's text is not the one that its author signed.");
  }
  const body = parseEntryBody(record.body);
  if (!body.ok) return refused('bad_request', `An entry's body cannot be read: ${body.reason}.`);
  return { ok: true, entry: { record, header: header.value, hash, body: body.value } };
}

export interface FrameVerdict {
  /** What may be handed to the core; undefined when nothing of the frame may. */
  readonly frame: VerifiedFrame | undefined;
  readonly refusal: Refusal | undefined;
}

/**
 * Verifies the entries of a frame. A frame ends at its first refused entry: what
 * follows continues a log that would have a gap there.
 */
export async function verifyFrame(
  frame: Extract<Frame, { kind: 'entries' }>,
  devices: DeviceDirectory,
): Promise<FrameVerdict> {
  const verdicts = await Promise.all(frame.entries.map((record) => verifyEntry(record, devices)));
  const entries: VerifiedEntry[] = [];
  let refusal: Refusal | undefined;
  for (const verdict of verdicts) {
    if (!verdict.ok) {
      refusal = verdict.refusal;
      break;
    }
    if (verdict.entry.header.conversation !== frame.conversation) {
      refusal = { code: 'bad_request', message: 'An entry came under the name of another conversation.' };
      break;
    }
    entries.push(verdict.entry);
  }
  const verified = entries.length === 0 ? undefined : { ...frame, entries };
  return { frame: verified, refusal };
}

function refused(code: ErrorCode, message: string): EntryVerdict {
  return { ok: false, refusal: { code, message } };
}
