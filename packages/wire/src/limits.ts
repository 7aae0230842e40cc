/**
 * Limits of everything that crosses a process. Sizes are UTF-8 bytes.
 * Whoever meets a larger thing refuses it with `payload_too_large`.
 */
export const limits = {
  /** One MQTT payload. A description with many candidates is under 10 KiB. */
  envelopeBytes: 64 * 1024,
  /** One frame on a link. Chromium refuses SCTP messages over 256 KiB; half of it leaves room for others. */
  frameBytes: 128 * 1024,
  /** The text of one message. */
  messageBytes: 32 * 1024,
  /** The header of one entry. */
  headerBytes: 2 * 1024,
  /** Entries in one frame. */
  entriesPerFrame: 64,
  /** Candidates in one envelope. */
  candidatesPerEnvelope: 32,
  /** Logs named in one version vector: devices of both persons of a conversation, with room to spare. */
  vectorLogs: 64,
} as const;

const encoder = new TextEncoder();

/** Length of a text in UTF-8 bytes. */
export function utf8Bytes(text: string): number {
  return encoder.encode(text).length;
}
