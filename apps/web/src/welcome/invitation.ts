/** The code of an invitation in the address: `#/join/<code>`; undefined when there is none. */
export function invitationOf(hash: string): string | undefined {
  return /^#\/join\/([A-Za-z0-9_-]{16,64})$/.exec(hash)?.[1];
}
