/** The calls that are answered at once, for nodes that announce themselves and for programs that are no node. */
import {
  BothyError,
  type ErrorCode,
  type NodeInfo,
  questionLimits,
  type RoomEntry,
  roomIdPattern,
  roomLimits,
} from '@bothy/wire';
import {
  actorFromProto,
  decodeMessage,
  encodeMessage,
  entryToProto,
  joinBatch,
  nodeFromProto,
  clusterProto as pb,
  roomToProto,
  splitBatch,
} from '@bothy/wire/cluster';
import type {
  handleBidiStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  ServerUnaryCall,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { maxGrpcBytes } from './grpc-service.ts';
import { refusalOf } from './grpc-status.ts';
import type { ClusterServices } from './links-options.ts';

export interface ClusterCallHost {
  readonly services: ClusterServices;
  /** Who we are, for a node that says who it is. Throws to refuse it. */
  welcome(caller: NodeInfo, call: ServerUnaryCall<unknown, unknown>): pb.Welcome;
  readonly exchange: handleBidiStreamingCall<Uint8Array, Uint8Array>;
  refused(code: ErrorCode, message: string): void;
}

/** Commands in one call of `Deliver`. */
const mostForwards = 256;
const chunkBytes = 64 * 1024;
/** Leaves room for what is around the entries. */
const mostHistoryBytes = maxGrpcBytes - 64 * 1024;

export function clusterCalls(host: ClusterCallHost): UntypedServiceImplementation {
  const { services } = host;
  return {
    announce: unary<pb.NodeInfo, pb.Welcome>(host, async (request, call) => {
      const node = nodeFromProto(request);
      if (!node.ok) throw new BothyError('bad_request', `Announce: ${node.reason}.`);
      return host.welcome(node.value, call);
    }),
    exchange: host.exchange,
    deliver: unary<Uint8Array, Uint8Array>(host, async (batch) => await deliver(services, batch)),
    listRooms: unary<pb.ListRoomsRequest, pb.ListRoomsReply>(host, async () => await listRooms(services)),
    history: unary<pb.HistoryRequest, pb.HistoryReply>(
      host,
      async (request) => await history(services, request),
    ),
    readFile: readFile(host),
    askTelemetry: unary<pb.TelemetryQuestion, pb.TelemetryAnswer>(host, async ({ json }) => {
      const answer = services.answerTelemetry ?? absent('keep edges');
      if (json.length > questionLimits.questionBytes)
        throw new BothyError('payload_too_large', 'AskTelemetry: the question is too large.');
      return { json: await answer(json) };
    }),
  };
}

function unary<Request, Reply>(
  host: ClusterCallHost,
  answer: (request: Request, call: ServerUnaryCall<Request, Reply>) => Promise<Reply>,
): handleUnaryCall<Request, Reply> {
  return (call, done) => {
    answer(call.request, call).then(
      (reply) => done(null, reply),
      (error) => {
        const { code, message } = BothyError.from(error);
        host.refused(code, message);
        done(refusalOf(error));
      },
    );
  };
}

function absent(what: string): never {
  throw new BothyError('not_found', `This node does not ${what}.`);
}

async function deliver(services: ClusterServices, batch: Uint8Array): Promise<Uint8Array> {
  const command = services.command ?? absent('take commands');
  const messages = splitBatch(batch);
  if (messages === undefined) throw new BothyError('bad_request', 'Deliver: that is no batch.');
  if (messages.length > mostForwards)
    throw new BothyError('limit_reached', `Deliver takes at most ${mostForwards} messages at once.`);
  // All are checked before the first is carried out.
  const forwards = messages.map((bytes) => {
    const received = decodeMessage(bytes);
    if (received.kind === 'refused') throw new BothyError('bad_request', `Deliver: ${received.reason}.`);
    if (received.kind !== 'message' || received.message.kind !== 'forward')
      throw new BothyError(
        'bad_request',
        'Deliver takes Forward messages; the others belong on the stream of a node.',
      );
    return received.message;
  });
  const answers: Uint8Array[] = [];
  for (const { id, ...request } of forwards) {
    answers.push(encodeMessage({ kind: 'forwarded', id, result: await command(request) }));
  }
  return joinBatch(answers);
}

async function listRooms(services: ClusterServices): Promise<pb.ListRoomsReply> {
  const list = services.listRooms ?? absent('list rooms');
  const { rooms, unreachable } = await list();
  return {
    rooms: rooms.map(({ administrator, ...room }) => ({ room: roomToProto(room), administrator })),
    unreachable,
  };
}

async function history(services: ClusterServices, request: pb.HistoryRequest): Promise<pb.HistoryReply> {
  const command = services.command ?? absent('read rooms');
  const { room, before, after, limit } = request;
  if (!roomIdPattern.test(room)) throw new BothyError('bad_request', 'History: room is not as it should be.');
  const actor = request.actor === undefined ? undefined : actorFromProto(request.actor);
  if (actor?.ok === false) throw new BothyError('bad_request', `History: ${actor.reason}.`);
  const result = await command({
    actor: actor?.value ?? null,
    command: {
      kind: 'history',
      room,
      limit: Math.min(limit === 0 ? 50 : limit, roomLimits.historyLimit),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      ...(actor === undefined ? { open: true } : {}),
    },
  });
  if (!result.ok) throw new BothyError(result.code, result.message);
  if (!('entries' in result.value)) throw new Error('the answer to history has no entries');
  const { entries, complete } = result.value as { entries: readonly RoomEntry[]; complete: boolean };
  const fitting = fit(entries.map(entryToProto), after === undefined);
  return { entries: fitting, complete: complete && fitting.length === entries.length };
}

/** As many as fit into one reply, from the end that was asked for. */
function fit(entries: readonly pb.RoomEntry[], fromEnd: boolean): pb.RoomEntry[] {
  const ordered = fromEnd ? entries.toReversed() : entries;
  const fitting: pb.RoomEntry[] = [];
  let size = 0;
  for (const entry of ordered) {
    size += pb.RoomEntry.encode(entry).finish().length + 8;
    if (size > mostHistoryBytes) break;
    fitting.push(entry);
  }
  return fromEnd ? fitting.reverse() : fitting;
}

function readFile(host: ClusterCallHost): handleServerStreamingCall<pb.ReadFileRequest, pb.FileChunk> {
  return (call) => {
    const send = async (): Promise<void> => {
      const { file } = call.request;
      if (!/^[a-z2-7]{26}$/.test(file))
        throw new BothyError('bad_request', 'ReadFile: file is not as it should be.');
      const read = host.services.readFile ?? absent('keep files');
      const pieces = await read(file);
      if (pieces === undefined) throw new BothyError('not_found', 'This node does not keep that file.');
      for await (const piece of pieces) {
        for (let at = 0; at < piece.length; at += chunkBytes) {
          if (call.cancelled || call.destroyed) return;
          if (!call.write({ data: piece.subarray(at, at + chunkBytes) })) await drained(call);
        }
      }
    };
    send().then(
      () => call.end(),
      (error) => {
        const { code, message } = BothyError.from(error);
        host.refused(code, message);
        call.emit('error', refusalOf(error));
      },
    );
  };
}

/** More can be written, or nobody reads any more. */
function drained(call: NodeJS.EventEmitter): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of ['drain', 'cancelled', 'close']) call.off(event, done);
      resolve();
    };
    for (const event of ['drain', 'cancelled', 'close']) call.on(event, done);
  });
}
