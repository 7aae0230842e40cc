/** What is to be said of a name that was given while not every node could be asked. */

/** What a node says of one's own name at sign-in, and how many others were given it too. */
export interface NameStanding {
  readonly isProvisional: boolean;
  readonly rivals: number;
}

/** Undefined when the name is one's own, and nobody else's. */
export function nameStandingWords(name: string, { isProvisional, rivals }: NameStanding): string | undefined {
  if (rivals > 0) {
    const who = rivals === 1 ? 'Somebody else goes' : `${rivals} others go`;
    return `${who} by ${name} too: the nodes did not hear each other when the name was given. Others tell you apart by your fingerprint; an operator can release one of the names.`;
  }
  if (isProvisional) {
    return `Your name is provisional: it was taken at one node alone, and somebody else may be ${name} too. It is settled as soon as most nodes hear each other and you sign in again.`;
  }
  return undefined;
}

/** Before a request to a name that several people were given. */
export function sharedNameWords(name: string, rivals: number): string {
  return `${rivals + 1} people go by ${name}: the nodes did not hear each other when it was given. The request goes to who had it first; compare fingerprints before you trust it.`;
}
