/** What is known of the copies of a conversation, in a person's words. */
import type { CopyDifference } from '@bothy/peer/core';
import { type LogKey, type PersonId, parseDeviceKey } from '@bothy/wire';
import type { CopyView } from './peer-state.ts';

/**
 * Something in our own copy that is not as it was written: `entry` is not the one that its author signed · `text`: its
 * text is not · `chain`: it does not follow the one before · `missing`: it is not there, though later ones are, or the
 * end says so · `end`: the note of where the log ends names another entry.
 */
export interface CopyFault {
  readonly log: LogKey;
  readonly n: number;
  readonly kind: 'entry' | 'text' | 'chain' | 'missing' | 'end';
}

/** What reading all of our own copy has found. */
export interface CopyCheck {
  readonly entries: number;
  /** By log, then by number. */
  readonly faults: readonly CopyFault[];
  /** There are more faults than are listed. */
  readonly isCut: boolean;
  /** Logs of devices whose certificate is not here any more: their signatures could not be checked. */
  readonly unknown: readonly LogKey[];
}

export interface CopyReader {
  readonly me: PersonId;
  readonly contactName: string;
}

/** `Ben’s device 4f2a`, `your device 9c1e`. */
export function deviceWords(log: LogKey, { me, contactName }: CopyReader): string {
  const { person, device = '' } = parseDeviceKey(log) ?? {};
  return `${person === me ? 'your' : `${contactName}’s`} device ${device.slice(0, 4)}`;
}

export function faultWords({ log, n, kind }: CopyFault, reader: CopyReader): string {
  const from = `of ${deviceWords(log, reader)}`;
  switch (kind) {
    case 'entry':
      return `Entry ${n} ${from} is not the one that was signed.`;
    case 'text':
      return `The text of entry ${n} ${from} is not the one that was signed.`;
    case 'chain':
      return `Entry ${n} ${from} does not follow entry ${n - 1} as it stands here.`;
    case 'missing':
      return `Entry ${n} ${from} is missing here.`;
    case 'end':
      return `What is noted as the last entry ${from}, number ${n}, is another one than stands there.`;
  }
}

export function differenceWords(
  { log, from, isExact, isSigned }: CopyDifference,
  { device }: Pick<CopyView, 'device'>,
  reader: CopyReader,
): string {
  const where = isExact ? `from entry ${from} on` : `at entry ${from} or earlier, and from there on`;
  const author = deviceWords(log, reader);
  const holder = deviceWords(device, reader);
  const places = log === device ? 'here and there' : `here and on ${holder}`;
  const what = `What ${author} wrote is not the same ${places}, ${where}.`;
  if (!isSigned) {
    // Their end is of another chain, so what we write does not continue it.
    const isOwn = parseDeviceKey(log)?.person === reader.me;
    return `${what} Both were left as they are.${isOwn ? ` What ${author} writes from now on does not arrive there.` : ''}`;
  }
  return `${what} Both histories are signed by ${author}: it was put back to an older copy of itself, or somebody else has its key. The one that was here first is kept, and nothing more of it is taken.`;
}

/** One line about how the copy of a device compares to ours. */
export function copyWords(view: CopyView, reader: CopyReader): string {
  const holder = deviceWords(view.device, reader);
  switch (view.state) {
    case 'comparing':
      return `Comparing with ${holder}…`;
    case 'same':
      return `By its hashes the same as on ${holder}: ${entryCount(view.entries)}.`;
    case 'differs':
      return `Not the same as on ${holder}.`;
    case 'silent':
      return `${capital(holder)} has an earlier version of Bothy and cannot be compared with.`;
    case 'interrupted':
      return `The connection to ${holder} ended before all was compared.`;
  }
}

export function entryCount(entries: number): string {
  return entries === 1 ? '1 entry' : `${entries} entries`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
