/**
 * The bytes of a `Batch`, from and to the bytes of its messages: a message is encoded once however many nodes it goes
 * to, and one that cannot be decoded does not take its neighbours along.
 */
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { strictReader } from './decode-message.ts';
import * as pb from './gen/cluster.ts';

/** Field 1, length-delimited. */
const messagesTag = 10;

export function joinBatch(messages: Iterable<Uint8Array>): Uint8Array {
  const writer = new BinaryWriter();
  for (const message of messages) writer.uint32(messagesTag).bytes(message);
  return writer.finish();
}

/** The messages' bytes; undefined when that is no batch. */
export function splitBatch(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  const messages: Uint8Array[] = [];
  try {
    const reader = strictReader(bytes);
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      if (tag === messagesTag) messages.push(reader.bytes());
      else reader.skip(tag & 7, tag >>> 3);
    }
  } catch {
    return undefined;
  }
  return messages;
}

/** A piece of a message that is too large for one batch. */
export function encodePart(data: Uint8Array, last: boolean): Uint8Array {
  return pb.Message.encode({ kind: { $case: 'part', value: { data, last } } }).finish();
}

/** The first message of each side of a link. */
export function encodeHello(node: pb.NodeInfo, boot: string): Uint8Array {
  return pb.Message.encode({ kind: { $case: 'hello', value: { node, boot } } }).finish();
}
