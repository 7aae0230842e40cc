/** What is said about a node and about who may come in. */
import type { Registration } from '../node/node-client.ts';

/** Who may come in, in a sentence. */
export function registrationWords(registration: Registration): string {
  switch (registration) {
    case 'open':
      return 'Whoever reaches it may take a free name.';
    case 'invite':
      return 'New people need an invitation.';
    case 'closed':
      return 'It takes no new people.';
  }
}

/** What a link is good for: "One person, until 2 December". */
export function invitationWords(uses: number, expiresAt: number, locale?: string): string {
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long' }).format(expiresAt);
  return `For ${uses === 1 ? 'one person' : `${uses} people`}, until ${day}.`;
}

/** Whether a link leads nowhere but to the machine it is opened on. */
export function leadsHome(link: string): boolean {
  const { hostname } = new URL(link);
  return hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
}

/** A whole number that was typed, within its bounds; undefined when it is none. */
export function wholeNumber(typed: string, most: number): number | undefined {
  const value = /^\d{1,6}$/.test(typed.trim()) ? Number(typed) : 0;
  return value >= 1 && value <= most ? value : undefined;
}
