/** UUIDv7 (RFC 9562, section 5.7): sorts by the time at which it was made. */

/** Needs the Unix milliseconds and 10 random bytes. */
export function messageIdOf(nowMs: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(nowMs) << 16n);
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A new id for a message written now in this browser. */
export function newMessageId(): string {
  return messageIdOf(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
}
