/** The channel's own rules, on a stand-in that buffers as long as it is told to; real ones run in tests/browser. */
import { createIdentity, type LocalIdentity } from '@bothy/identity';
import type { Frame, VerifiedFrame } from '@bothy/wire';
import { beforeAll, expect, test } from 'vitest';
import { DeviceDirectory } from './device-directory.ts';
import { sealEntry } from './entry-sealer.ts';
import { FrameChannel } from './frame-channel.ts';

const conversation = `d:${'a'.repeat(32)}:${'b'.repeat(32)}`;
let ann: LocalIdentity;

beforeAll(async () => {
  ann = await createIdentity({ name: 'ann', issuedAt: 1_000 });
});

class StandInChannel {
  readyState = 'open';
  bufferedAmount = 0;
  bufferedAmountLowThreshold = 0;
  readonly sent: string[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onbufferedamountlow: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;

  send(text: string): void {
    this.sent.push(text);
    this.bufferedAmount += text.length;
  }

  close(): void {
    this.readyState = 'closed';
  }

  drain(): void {
    this.bufferedAmount = 0;
    this.onbufferedamountlow?.();
  }

  receive(data: unknown): void {
    this.onmessage?.({ data });
  }
}

function setUp() {
  const channel = new StandInChannel();
  const frames: VerifiedFrame[] = [];
  const refused: string[] = [];
  let closed = 0;
  const frameChannel = new FrameChannel({
    channel: channel as unknown as RTCDataChannel,
    devices: new DeviceDirectory({ ownCertificate: ann.certificate, stored: () => null }),
    opened: () => undefined,
    closed: () => {
      closed += 1;
    },
    frame: (frame) => frames.push(frame),
    refused: ({ code }) => refused.push(code),
  });
  return { channel, frameChannel, frames, refused, closed: () => closed };
}

function bigFrame(n: number): Frame {
  return { kind: 'entries', conversation, entries: [{ header: String(n), body: 'x'.repeat(100_000) }] };
}

async function entriesFrame(n: number): Promise<string> {
  const author = { person: ann.person, device: ann.device };
  const body = JSON.stringify({ kind: 'message', id: `m${n}`, text: 'hm' });
  const seal = await sealEntry({ conversation, author, n, prev: '', hlc: { ms: n, counter: 0 }, body }, ann);
  return JSON.stringify({ kind: 'entries', conversation, entries: [seal.record] });
}

test('frames wait above the high-water mark and leave in order once the buffer is low', () => {
  const { channel, frameChannel, closed } = setUp();
  expect(channel.bufferedAmountLowThreshold).toBe(128 * 1024);
  for (let n = 1; n <= 10; n++) frameChannel.send(bigFrame(n));
  // The third takes it over 256 KiB.
  expect(channel.sent).toHaveLength(3);
  channel.drain();
  expect(channel.sent).toHaveLength(6);
  channel.drain();
  channel.drain();
  expect(channel.sent.map((text) => JSON.parse(text).entries[0].header)).toEqual(
    Array.from({ length: 10 }, (_, i) => String(i + 1)),
  );
  expect(closed()).toBe(0);
});

test('a link that falls 4 MiB behind is given up, once, and told', () => {
  const { channel, frameChannel, refused, closed } = setUp();
  for (let n = 1; n <= 60; n++) frameChannel.send(bigFrame(n));
  expect(closed()).toBe(1);
  expect(refused).toEqual(['rate_limited']);
  expect(channel.readyState).toBe('closed');
  expect(channel.sent).toHaveLength(3);
});

test('nothing is sent on a channel that is not open', () => {
  const { channel, frameChannel } = setUp();
  channel.readyState = 'connecting';
  frameChannel.send({ kind: 'ping', t: 1 });
  channel.readyState = 'open';
  channel.drain();
  expect(channel.sent).toEqual([]);
});

test('frames are handed on in arrival order, though only some need verification', async () => {
  const { channel, frames } = setUp();
  const texts = await Promise.all([1, 2].map(entriesFrame));
  const arrived = Promise.withResolvers<void>();
  const push = frames.push.bind(frames);
  frames.push = (frame) => {
    if (frame.kind === 'pong') arrived.resolve();
    return push(frame);
  };
  channel.receive('{"kind":"ping","t":0}');
  expect(frames.map((frame) => frame.kind)).toEqual(['ping']);
  channel.receive(texts[0]);
  channel.receive('{"kind":"ping","t":1}');
  channel.receive(texts[1]);
  channel.receive('{"kind":"pong","t":2}');
  await arrived.promise;
  expect(frames.map((frame) => frame.kind)).toEqual(['ping', 'entries', 'ping', 'entries', 'pong']);
});

test('a frame that cannot be read is refused and counted; the link stays', () => {
  const { channel, frames, refused, closed } = setUp();
  channel.receive(new ArrayBuffer(8));
  channel.receive('not JSON');
  channel.receive('{"kind":"gossip"}');
  channel.receive(`{"kind":"ping","t":${'1'.repeat(200_000)}}`);
  channel.receive('{"kind":"pong","t":1}');
  expect(refused).toEqual(['bad_request', 'bad_request', 'bad_request', 'payload_too_large']);
  expect(frames).toEqual([{ kind: 'pong', t: 1 }]);
  expect(closed()).toBe(0);
});

test('a flood faster than verification closes the link', async () => {
  const { channel, refused, frames, closed } = setUp();
  const text = await entriesFrame(1);
  for (let n = 0; n < 258; n++) channel.receive(text);
  expect(closed()).toBe(1);
  expect(refused).toEqual(['rate_limited']);
  expect(frames).toEqual([]);
});

test('a channel that closes is told once; one that is ended says nothing', () => {
  const one = setUp();
  one.channel.onerror?.();
  one.channel.onclose?.();
  expect(one.closed()).toBe(1);
  const two = setUp();
  two.frameChannel.end();
  two.channel.onclose?.();
  two.channel.receive('{"kind":"ping","t":0}');
  expect([two.closed(), two.frames.length]).toEqual([0, 0]);
});
