/** A WebSocket client without a library, for what a library would not send or not show: bytes as they are. For tests. */
import { connect, type Socket } from 'node:net';

export interface Frame {
  /** Of the first byte: final or not, and what it is. */
  readonly head: number;
  readonly opcode: number;
  readonly payload: Buffer;
}

/** As section 5.2 of RFC 6455 reads them, without a mask; `rest` has not come whole. */
export function framesOf(bytes: Buffer): { readonly frames: readonly Frame[]; readonly rest: Buffer } {
  const frames = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const first = bytes[at] ?? 0;
    const short = bytes[at + 1] ?? 0;
    const head = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (at + head > bytes.length) break;
    const long = short === 126 ? bytes.readUInt16BE(at + 2) : short;
    const length = short === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : long;
    const end = at + head + length;
    if (end > bytes.length) break;
    frames.push({ head: first, opcode: first & 0x0f, payload: bytes.subarray(at + head, end) });
    at = end;
  }
  return { frames, rest: bytes.subarray(at) };
}

export class RawClient {
  readonly socket: Socket;
  readonly frames: Frame[] = [];
  /** What was not read as frames: an answer in plain HTTP, and the beginning of a frame. */
  bytes = Buffer.alloc(0);
  #upgraded = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.bytes = Buffer.concat([this.bytes, chunk]);
      if (this.#upgraded) this.#read();
    });
  }

  /** Shakes hands and answers with the head of the response. */
  static async connect(
    port: number,
    headers: readonly string[] = [],
    { halfOpen = false, host = 'x' } = {},
  ): Promise<RawClient & { head: string }> {
    const client = new RawClient(connect({ port, host: '127.0.0.1', allowHalfOpen: halfOpen }));
    const lines = ['GET /ws HTTP/1.1', `Host: ${host}`, 'Upgrade: websocket', 'Connection: Upgrade'];
    const key = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
    client.socket.write([...lines, ...key, ...headers, '', ''].join('\r\n'));
    await client.until(() => client.bytes.includes('\r\n\r\n'));
    const end = client.bytes.indexOf('\r\n\r\n') + 4;
    const head = client.bytes.subarray(0, end).toString();
    client.bytes = client.bytes.subarray(end);
    client.#upgraded = head.startsWith('HTTP/1.1 101');
    return Object.assign(client, { head });
  }

  #read(): void {
    const { frames, rest } = framesOf(this.bytes);
    this.frames.push(...frames);
    this.bytes = Buffer.from(rest);
  }

  /** One masked frame; a mask of zeros leaves the payload readable. */
  send(payload: Buffer | string, opcode = 0x1, announcedBytes?: number): void {
    const data = Buffer.from(payload);
    const announced = announcedBytes ?? data.length;
    const head = Buffer.alloc(announced < 126 ? 6 : 14);
    head[0] = 0x80 | opcode;
    head[1] = 0x80 | (announced < 126 ? announced : 127);
    if (announced >= 126) head.writeBigUInt64BE(BigInt(announced), 2);
    this.socket.write(Buffer.concat([head, data]));
  }

  /** Waits for bytes until `done`, or until the connection has ended. */
  async until(done: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!done() && !this.socket.destroyed) return;
        this.socket.off('data', look).off('close', look);
        resolve();
      };
      this.socket.on('data', look).on('close', look);
      look();
    });
  }
}
