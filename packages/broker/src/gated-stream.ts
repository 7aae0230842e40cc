/** Counts what comes over a connection, and ends it at the header of a packet that announces too much. */
import type { Duplex } from 'node:stream';
import type { BrokerCounts } from './broker-options.ts';
import { PacketSizeGate } from './packet-size-gate.ts';

/** `tooLarge` is called once, before the connection ends, with why. */
export function gateStream(
  stream: Duplex,
  maxPacketBytes: number,
  counts: BrokerCounts,
  tooLarge: (reason: string) => void,
): void {
  const gate = new PacketSizeGate(maxPacketBytes);
  // Aedes reads on 'readable', so this sees each chunk as it is read, and does not set the stream flowing.
  stream.on('data', (chunk: Buffer) => {
    if (stream.destroyed) return;
    const before = gate.packets;
    const passes = gate.pass(chunk);
    counts.receivedPackets += gate.packets - before;
    counts.receivedBytes += chunk.length;
    if (passes) return;
    counts.oversizedPackets += 1;
    tooLarge(`a packet announced more than ${maxPacketBytes} bytes`);
    stream.destroy();
  });
}
