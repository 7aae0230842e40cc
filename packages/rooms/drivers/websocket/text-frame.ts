/**
 * A whole WebSocket frame in one buffer, built once and written to every socket (RFC 6455, section 5.2): one final,
 * unmasked text frame, as a server sends it.
 *
 *     byte 0      0x81: final, text
 *     byte 1      length up to 125, or 126: two more bytes, or 127: eight more bytes, big-endian
 *     then        the text in UTF-8
 */

const finalText = 0x81;

export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(head + length);
  frame[0] = finalText;
  if (head === 2) frame[1] = length;
  else if (head === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, head);
  return frame;
}
