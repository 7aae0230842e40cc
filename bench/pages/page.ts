/** Everything that runs inside the browser; the bench calls it by name and judges the numbers. */
import { dialBare } from './bare-pair.ts';
import { bothy } from './bothy-person.ts';
import { frameEcho } from './frame-echo.ts';
import { mqttEcho } from './mqtt-echo.ts';
import { peerjs } from './peerjs-dialler.ts';
import { signalledPair } from './signalled-pair.ts';
import { splitChannel } from './split-channel.ts';
import { trystero } from './trystero-joiner.ts';
import { recordWork, type Work } from './work-recorder.ts';

let stopRecording: (() => Work) | undefined;

const recorder = {
  start(): void {
    stopRecording = recordWork();
  },
  stop(): Work {
    if (stopRecording === undefined) throw new Error('start recording first');
    return stopRecording();
  },
};

const rivals = { mqttEcho, peerjs, trystero };
const bench = { ...rivals, bothy, dialBare, frameEcho, recorder, signalledPair, splitChannel };
export type Bench = typeof bench;
Object.assign(globalThis, { bench });
