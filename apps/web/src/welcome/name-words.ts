/** What to say about a name while it is being typed. */
import { namePattern } from '@bothy/wire';

export const nameLengths = { min: 2, max: 32 } as const;

/** Names are lower case everywhere, so capitals and the spaces around are mended, not refused. */
export function tidyName(typed: string): string {
  return typed.trim().toLowerCase();
}

/** The first thing that is wrong with a tidied name, as a sentence; undefined when nothing is. */
export function nameProblem(name: string): string | undefined {
  if (name === '') return 'Type a name.';
  const odd = /[^a-z0-9._-]/.exec(name)?.[0];
  if (odd !== undefined) {
    const what = /\s/.test(odd) ? 'Spaces' : `“${odd}”`;
    return `${what} cannot be in a name. Use the letters a to z, digits, dots, hyphens and underscores.`;
  }
  if (!/^[a-z0-9]/.test(name)) return 'A name starts with a letter or a digit.';
  if (name.length < nameLengths.min) return `A name has at least ${nameLengths.min} characters.`;
  if (name.length > nameLengths.max) return `A name has at most ${nameLengths.max} characters.`;
  return namePattern.test(name) ? undefined : 'This name cannot be used. Choose another one.';
}
