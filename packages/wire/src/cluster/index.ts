/** What travels between nodes, as bytes of `bothy.cluster.v1` and as plain data: for drivers, never for cores. */
export { encodeHello, encodePart, joinBatch, splitBatch } from './batch.ts';
export { decodeMessage, nodeFromProto, type Received, strictReader } from './decode-message.ts';
export { actorFromProto, entryFromProto, roomFromProto } from './decode-room.ts';
export { forwardOf } from './decode-room-message.ts';
export { encodeMessage, entryToProto, roomToProto } from './encode-message.ts';
export * as clusterProto from './gen/cluster.ts';
export type { LinkMessage } from './link-message.ts';
