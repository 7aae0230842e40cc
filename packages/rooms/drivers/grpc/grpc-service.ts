/** The service of `bothy.cluster.v1` as `@grpc/grpc-js` wants it. Batches go through as bytes: links read them themselves. */

import { clusterProto as pb, strictReader } from '@bothy/wire/cluster';
import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';

/** Of one gRPC message, in and out. */
export const maxGrpcBytes = 4 * 1024 * 1024;

interface Type<T> {
  encode(message: T): { finish(): Uint8Array };
  decode(input: ReturnType<typeof strictReader>): T;
}

interface MethodShape {
  readonly name: string;
  readonly requestType: unknown;
  readonly requestStream: boolean;
  readonly responseType: unknown;
  readonly responseStream: boolean;
}

const { methods, fullName } = pb.ClusterDefinition;

export const methodsOfCluster = {
  announce: method<pb.NodeInfo, pb.Welcome>(methods.announce),
  exchange: method<Uint8Array, Uint8Array>(methods.exchange),
  deliver: method<Uint8Array, Uint8Array>(methods.deliver),
  listRooms: method<pb.ListRoomsRequest, pb.ListRoomsReply>(methods.listRooms),
  history: method<pb.HistoryRequest, pb.HistoryReply>(methods.history),
  readFile: method<pb.ReadFileRequest, pb.FileChunk>(methods.readFile),
  askTelemetry: method<pb.TelemetryQuestion, pb.TelemetryAnswer>(methods.askTelemetry),
};
export const clusterService: ServiceDefinition = methodsOfCluster as unknown as ServiceDefinition;

function method<Request, Response>(shape: MethodShape): MethodDefinition<Request, Response> {
  const { requestStream, responseStream, name } = shape;
  const request = codec(shape.requestType);
  const response = codec(shape.responseType);
  return {
    path: `/${fullName}/${name}`,
    requestStream,
    responseStream,
    requestSerialize: request.serialize as (value: Request) => Buffer,
    requestDeserialize: request.deserialize as (bytes: Buffer) => Request,
    responseSerialize: response.serialize as (value: Response) => Buffer,
    responseDeserialize: response.deserialize as (bytes: Buffer) => Response,
  };
}

function codec(type: unknown) {
  if (type === pb.Batch) return { serialize: asBuffer, deserialize: (bytes: Buffer) => bytes };
  const { encode, decode } = type as Type<unknown>;
  return {
    serialize: (value: unknown) => asBuffer(encode(value).finish()),
    deserialize: (bytes: Buffer) => decode(strictReader(bytes)),
  };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
