/** Whose a certificate is. */

/** The node that a certificate was issued for. */
export function commonName(
  certificate: { readonly subject?: { readonly CN?: string | string[] } } | undefined,
): string | undefined {
  const name = certificate?.subject?.CN;
  return typeof name === 'string' ? name : undefined;
}
