/** What reading all of our own copy of a conversation has found, in a person's words. */
import { type CopyCheck, type CopyReader, deviceWords, entryCount, faultWords } from '@bothy/peer/views';

/** A list that is longer says nothing more. */
const maxShown = 10;

export interface CheckLines {
  readonly title: string;
  readonly faults: readonly string[];
  readonly hint: string | undefined;
}

export function checkLines({ entries, faults, isCut, unknown }: CopyCheck, reader: CopyReader): CheckLines {
  const unsigned = unknown.map((log) => deviceWords(log, reader)).join(', ');
  const unsignedHint =
    unknown.length === 0
      ? undefined
      : `Signatures of ${unsigned} could not be checked: the certificate is not here any more.`;
  if (faults.length === 0) {
    const signed = unknown.length === 0 ? 'as it was signed, and ' : '';
    return {
      title: `Your copy is whole: ${entryCount(entries)}, each ${signed}in its place.`,
      faults: [],
      hint: unsignedHint,
    };
  }
  const lines = faults.slice(0, maxShown).map((fault) => faultWords(fault, reader));
  const more = faults.length - lines.length;
  if (more > 0) lines.push(`And ${isCut ? 'more than ' : ''}${more} more.`);
  return {
    title: `Your copy is not as it was written. ${entryCount(entries)} were read.`,
    faults: lines,
    hint: [
      'Something on this machine has changed it: a disk, a program or a person. Nothing was repaired.',
      ...(unsignedHint === undefined ? [] : [unsignedHint]),
    ].join(' '),
  };
}
