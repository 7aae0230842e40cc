/**
 * The data channel that carries frames: what goes out waits while the browser's
 * buffer is full, what comes in is parsed and verified in arrival order.
 */
import { type Frame, limits, utf8Bytes, type VerifiedFrame } from '@bothy/wire';
import { parseFrame } from '@bothy/wire/schemas';
import type { DeviceDirectory } from './device-directory.ts';
import { type Refusal, verifyFrame } from './entry-verifier.ts';
import { SerialQueue } from './serial-queue.ts';

export interface FrameChannelOptions {
  readonly channel: RTCDataChannel;
  readonly devices: DeviceDirectory;
  readonly opened: () => void;
  /** Called once: it closed, failed, or was given up because one side cannot keep up. */
  readonly closed: () => void;
  readonly frame: (frame: VerifiedFrame) => void;
  readonly refused: (refusal: Refusal) => void;
}

/** Frames wait here above so many bytes in the browser's buffer; Chromium closes a channel at 16 MiB. */
const highWaterBytes = 256 * 1024;
const lowWaterBytes = 128 * 1024;
/** A link with so much waiting is slower than what is said on it: sync starts again on the next one. */
const maxWaitingBytes = 4 * 1024 * 1024;
/** Frames that arrived and wait for the verification of those before them. */
const maxUnverifiedFrames = 256;

interface WaitingFrame {
  readonly text: string;
  readonly sizeBytes: number;
}

export class FrameChannel {
  readonly #options: FrameChannelOptions;
  readonly #channel: RTCDataChannel;
  readonly #arrivals: SerialQueue;
  #waiting: WaitingFrame[] = [];
  #waitingBytes = 0;
  #over = false;

  constructor(options: FrameChannelOptions) {
    const { channel } = options;
    this.#options = options;
    this.#channel = channel;
    this.#arrivals = new SerialQueue(maxUnverifiedFrames, (thrown) => {
      this.#refuse({ code: 'internal', message: `A frame could not be verified: ${String(thrown)}` });
    });
    channel.bufferedAmountLowThreshold = lowWaterBytes;
    channel.onopen = () => options.opened();
    channel.onbufferedamountlow = () => this.#flush();
    channel.onmessage = (event: MessageEvent<unknown>) => this.#arrived(event.data);
    channel.onclose = () => this.#giveUp();
    channel.onerror = () => this.#giveUp();
  }

  /** Sends a frame, or keeps it until there is room. Dropped when the channel is not open: sync repeats it. */
  send(frame: Frame): void {
    if (this.#over || this.#channel.readyState !== 'open') return;
    const text = JSON.stringify(frame);
    const sizeBytes = utf8Bytes(text);
    if (this.#waitingBytes + sizeBytes > maxWaitingBytes) {
      this.#refuse({
        code: 'rate_limited',
        message: 'A link is slower than what is sent on it; it was closed.',
      });
      return this.#giveUp();
    }
    this.#waiting.push({ text, sizeBytes });
    this.#waitingBytes += sizeBytes;
    this.#flush();
  }

  /** Ends it; nothing is reported any more. */
  end(): void {
    this.#over = true;
    this.#waiting = [];
    this.#arrivals.clear();
    const channel = this.#channel;
    channel.onopen = null;
    channel.onbufferedamountlow = null;
    channel.onmessage = null;
    channel.onclose = null;
    channel.onerror = null;
    channel.close();
  }

  #flush(): void {
    while (!this.#over && this.#channel.readyState === 'open') {
      const next = this.#waiting[0];
      if (next === undefined || this.#channel.bufferedAmount > highWaterBytes) return;
      this.#waiting.shift();
      this.#waitingBytes -= next.sizeBytes;
      this.#channel.send(next.text);
    }
  }

  #arrived(data: unknown): void {
    if (this.#over) return;
    if (typeof data !== 'string') {
      return this.#refuse({ code: 'bad_request', message: 'A frame arrived that is not text.' });
    }
    if (data.length > limits.frameBytes) {
      return this.#refuse({ code: 'payload_too_large', message: 'A frame arrived that is too large.' });
    }
    // Parsed in its turn, so that a flood of frames costs no more than its texts.
    if (this.#arrivals.add(() => this.#take(data))) return;
    this.#refuse({ code: 'rate_limited', message: 'Frames arrive faster than they can be verified.' });
    this.#giveUp();
  }

  #take(text: string): void | Promise<void> {
    const parsed = parseFrame(text);
    if (!parsed.ok) {
      return this.#refuse({ code: 'bad_request', message: `A frame cannot be read: ${parsed.reason}.` });
    }
    if (parsed.value.kind !== 'entries') return this.#options.frame(parsed.value);
    return verifyFrame(parsed.value, this.#options.devices).then(({ frame, refusal }) => {
      if (this.#over) return;
      if (frame !== undefined) this.#options.frame(frame);
      if (refusal !== undefined) this.#refuse(refusal);
    });
  }

  #refuse(refusal: Refusal): void {
    if (!this.#over) this.#options.refused(refusal);
  }

  #giveUp(): void {
    if (this.#over) return;
    this.end();
    this.#options.closed();
  }
}
