/** Messages between nodes, as `bothy.cluster.v1` has them. What comes in is our own: it is not checked here. */
import type { CommitMessage, SwimMessage } from '@bothy/protocols';
import type { DirectoryRoom } from '../rooms/cluster-messages.ts';
import type { RoomActor } from '../rooms/room-commands.ts';
import type { RoomEntry } from '../rooms/room-entry.ts';
import type { BridgeMessage } from './bridge-message.ts';
import { directoryToProto } from './encode-directory.ts';
import { presences, refusals, roles, swimStatuses, visibilities } from './enumerations.ts';
import * as pb from './gen/cluster.ts';
import type { LinkMessage } from './link-message.ts';

type Kind = NonNullable<pb.Message['kind']>;
type SwimContent = SwimMessage extends infer Each
  ? Each extends SwimMessage
    ? Omit<Each, 'incarnation' | 'updates'>
    : never
  : never;

/** One message as bytes of `Message`. */
export function encodeMessage(message: LinkMessage): Uint8Array {
  return pb.Message.encode({ kind: kindOf(message) }).finish();
}

function kindOf(message: LinkMessage): Kind {
  switch (message.kind) {
    case 'heartbeat': {
      const { nodes, load, nextMs, sentMs, heard } = message;
      return { $case: 'heartbeat', value: { nodes, load, nextMs, sentMs, heard } };
    }
    case 'directory': {
      const { whole, rooms, removed } = message;
      return { $case: 'directory', value: { whole, rooms: rooms.map(roomToProto), removed } };
    }
    case 'follow':
      return { $case: 'follow', value: { room: message.room, after: message.after, online: message.online } };
    case 'unfollow':
      return { $case: 'unfollow', value: { room: message.room } };
    case 'following': {
      const { base, commit, snapshot } = message;
      const members = snapshot.members.map((each) => ({
        ...each,
        role: roles.toCode(each.role),
        presence: presences.toCode(each.presence),
      }));
      const room = roomToProto(snapshot.room);
      return { $case: 'following', value: { room, members, pinned: snapshot.pinned, base, commit } };
    }
    case 'notFollowing':
      return {
        $case: 'notFollowing',
        value: { room: message.room, reason: refusals.toCode(message.reason) },
      };
    case 'deliver': {
      const { room, epoch, entries, commitSeq, trace = '' } = message;
      return {
        $case: 'deliver',
        value: { room, epoch, entries: entries.map(entryToProto), commitSeq, trace },
      };
    }
    case 'forward': {
      const { kind, room, ...rest } = message.command;
      const { id, actor, trace = '' } = message;
      const commandJson = JSON.stringify(rest);
      return { $case: 'forward', value: { id, actor: actorToProto(actor), kind, room, commandJson, trace } };
    }
    case 'forwarded':
      return { $case: 'forwarded', value: { id: message.id, result: resultToProto(message.result) } };
    case 'presence': {
      const persons = message.persons.map(({ person, presence }) => ({
        person,
        presence: presences.toCode(presence),
      }));
      return { $case: 'presence', value: { room: message.room, persons } };
    }
    case 'typing': {
      const { room, person, name, active } = message;
      return { $case: 'typing', value: { room, person, name, active } };
    }
    case 'forget':
      return { $case: 'forget', value: { node: message.node } };
    case 'doubled':
      return { $case: 'doubled', value: {} };
    case 'commit':
      return commitToProto(message.message);
    case 'swim':
      return { $case: 'swim', value: swimToProto(message.message) };
    case 'bridge':
      return { $case: 'bridge', value: { kind: bridgeToProto(message.message) } };
    case 'replicated':
      return { $case: 'replicated', value: directoryToProto(message.message) };
  }
}

function commitToProto(message: CommitMessage): Kind {
  const { kind, transaction } = message;
  switch (kind) {
    case 'prepare':
    case 'consult':
      return { $case: kind, value: { transaction, subject: message.subject } };
    case 'consulted':
      return { $case: kind, value: { transaction, committed: message.committed } };
    case 'vote': {
      const { vote, reason = '' } = message;
      return { $case: kind, value: { transaction, ready: vote === 'ready', reason } };
    }
    default:
      return { $case: kind, value: { transaction } };
  }
}

function swimToProto({ incarnation, updates, ...said }: SwimMessage): pb.Swim {
  return {
    incarnation,
    updates: updates.map(({ member, status, by = '', ...rest }) => ({
      node: member,
      status: swimStatuses.toCode(status),
      by,
      ...rest,
    })),
    kind: probeToProto(said),
  };
}

function probeToProto(said: SwimContent): pb.Swim['kind'] {
  switch (said.kind) {
    case 'ping':
    case 'ack':
    case 'nack':
      return { $case: said.kind, value: { seq: said.seq } };
    case 'pingRequest':
      return { $case: said.kind, value: { seq: said.seq, target: said.target } };
    default:
      return { $case: said.kind, value: {} };
  }
}

function bridgeToProto(message: BridgeMessage): NonNullable<pb.Bridge['kind']> {
  switch (message.kind) {
    case 'client': {
      const { kind, clientId, since, will } = message;
      return { $case: kind, value: { clientId, since, will } };
    }
    default: {
      const { kind, ...value } = message;
      // Kinds and fields have the same names on both sides.
      return { $case: kind, value } as NonNullable<pb.Bridge['kind']>;
    }
  }
}

export function roomToProto(room: DirectoryRoom): pb.Room {
  const { visibility, visibleTo = [], ...rest } = room;
  return { ...rest, visibility: visibilities.toCode(visibility), visibleTo };
}

export function entryToProto({ content, ...head }: RoomEntry): pb.RoomEntry {
  if (content.kind === 'unknown')
    return { ...head, kind: content.original, contentJson: JSON.stringify(content.fields) };
  const { kind, ...said } = content;
  return { ...head, kind, contentJson: JSON.stringify(said) };
}

function actorToProto({ person, name, verified, operator }: RoomActor): pb.Actor {
  return { person, name, verified, operator };
}

function resultToProto(
  result: Extract<LinkMessage, { kind: 'forwarded' }>['result'],
): NonNullable<pb.Forwarded['result']> {
  if (!result.ok) return { $case: 'refusal', value: { code: result.code, message: result.message } };
  return { $case: 'valueJson', value: JSON.stringify(result.value) };
}
