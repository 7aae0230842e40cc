import type { DayFormat } from './day-groups.ts';

/** How whoever sits at this browser writes dates. The words around them are English, so their months are. */
export const readerFormat: DayFormat = { locale: englishLocale(navigator.languages), timeZone: undefined };

function englishLocale(languages: readonly string[]): string {
  return languages.find((language) => language.startsWith('en-')) ?? 'en-GB';
}
