/** What was begun and not sent, for as long as the page is open. As many as there are contacts. */
import type { PersonId } from '@bothy/wire';

const drafts = new Map<PersonId, string>();

export function keptDraft(person: PersonId): string {
  return drafts.get(person) ?? '';
}

export function keepDraft(person: PersonId, text: string): void {
  if (text === '') drafts.delete(person);
  else drafts.set(person, text);
}
