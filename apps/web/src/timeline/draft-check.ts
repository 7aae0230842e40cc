/** Whether what is being written can be sent. */
import { limits, utf8Bytes } from '@bothy/wire';

export type DraftCheck =
  | { readonly kind: 'sendable' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'tooLarge'; readonly message: string };

export function checkDraft(text: string): DraftCheck {
  if (text.trim() === '') return { kind: 'empty' };
  // Three bytes a character is the most that UTF-8 needs, so short texts are not measured.
  const sizeBytes = text.length * 3 <= limits.messageBytes ? 0 : utf8Bytes(text);
  if (sizeBytes <= limits.messageBytes) return { kind: 'sendable' };
  const maxKib = limits.messageBytes / 1024;
  const overPercent = Math.ceil((sizeBytes / limits.messageBytes - 1) * 100);
  return {
    kind: 'tooLarge',
    message: `A message holds up to ${maxKib} KiB of text and this is ${overPercent} % over. Split it in two.`,
  };
}
