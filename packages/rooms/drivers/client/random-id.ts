/** A name that nobody else makes: 128 random bits as hexadecimal. (`randomUUID` is missing on pages without TLS.) */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
