/**
 * What another node sent, checked once: sizes, patterns, whole numbers, known words. Nothing in here throws for what
 * came from outside. Kinds that a later version knows are told apart from what is wrong.
 */
import { BinaryReader } from '@bufbuild/protobuf/wire';
import type { NodeInfo } from '../rooms/cluster-messages.ts';
import type { Parsed } from '../schemas/parse.ts';
import { check, ofKind } from './check.ts';
import { bridgeMessage } from './decode-bridge.ts';
import { commitMessage } from './decode-commit.ts';
import { directoryMessage } from './decode-directory.ts';
import { roomMessage } from './decode-room-message.ts';
import { swimMessage } from './decode-swim.ts';
import * as pb from './gen/cluster.ts';
import type { LinkMessage } from './link-message.ts';
import * as node from './node-schemas.ts';

/** A message as it came from a link. */
export type Received =
  | { readonly kind: 'message'; readonly message: LinkMessage }
  | { readonly kind: 'hello'; readonly node: NodeInfo; readonly boot: string }
  | { readonly kind: 'part'; readonly data: Uint8Array; readonly last: boolean }
  /** Of a later version: skipped. */
  | { readonly kind: 'unknown' }
  /** The reason is for logs and errors: of what was sent it holds names of fields alone. */
  | { readonly kind: 'refused'; readonly reason: string };

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A reader that does not put up with text that is not UTF-8. */
export function strictReader(bytes: Uint8Array): BinaryReader {
  return new BinaryReader(bytes, (text) => strictUtf8.decode(text));
}

/** One message from the bytes of `Message`. */
export function decodeMessage(bytes: Uint8Array): Received {
  let kind: pb.Message['kind'];
  try {
    ({ kind } = pb.Message.decode(strictReader(bytes)));
  } catch {
    return { kind: 'refused', reason: 'a message cannot be decoded' };
  }
  if (kind === undefined) return { kind: 'unknown' };
  if (kind.$case === 'part') return { kind: 'part', data: kind.value.data, last: kind.value.last };
  if (kind.$case === 'hello') return helloOf(kind.value);
  const message: Parsed<LinkMessage> = messageOf(kind);
  return message.ok
    ? { kind: 'message', message: message.value }
    : { kind: 'refused', reason: `${kind.$case}: ${message.reason}` };
}

type Kind = Exclude<NonNullable<pb.Message['kind']>, { $case: 'part' | 'hello' }>;

function messageOf(kind: Kind): Parsed<LinkMessage> {
  switch (kind.$case) {
    case 'heartbeat':
      return heartbeatOf(kind.value);
    case 'forget':
      return ofKind('forget', node.forget, kind.value);
    case 'swim':
      return swimMessage(kind.value);
    case 'doubled':
      return { ok: true, value: { kind: 'doubled' } };
    case 'bridge':
      return bridgeMessage(kind.value);
    case 'replicated':
      return directoryMessage(kind.value);
    case 'prepare':
    case 'vote':
    case 'commit':
    case 'rollback':
    case 'acknowledge':
    case 'inquire':
    case 'consult':
    case 'consulted':
      return commitMessage(kind);
    default:
      return roomMessage(kind);
  }
}

/** A node as it tells about itself, from a call or a `Hello`. */
export function nodeFromProto(value: pb.NodeInfo | undefined): Parsed<NodeInfo> {
  return check(node.nodeInfo, value, 'node');
}

function heartbeatOf({ heard, ...said }: pb.Heartbeat): Parsed<LinkMessage> {
  return ofKind('heartbeat', node.heartbeat, heard === undefined ? said : { ...said, heard });
}

function helloOf(hello: pb.Hello): Received {
  const info = nodeFromProto(hello.node);
  if (!info.ok) return { kind: 'refused', reason: `hello: ${info.reason}` };
  const boot = check(node.token, hello.boot, 'boot');
  return boot.ok
    ? { kind: 'hello', node: info.value, boot: boot.value }
    : { kind: 'refused', reason: `hello: ${boot.reason}` };
}
