/**
 * Files of rooms between nodes: what is known of a file as JSON, its length before it as four bytes, then the content.
 * The stream of the cluster carries bytes only.
 */
import { type ClusterLinks, readFile } from '@bothy/rooms/drivers/grpc';
import type { RoomFiles } from '@bothy/store';
import { BothyError, type NodeId, roomLimits } from '@bothy/wire';
import * as z from 'zod/mini';
import type { ReadFile } from '../rest/file-api.ts';

const aboutSchema = z.object({ room: z.string(), name: z.string(), type: z.string() });
/** Names and types are short; what announces more is no answer of ours. */
const maxAboutBytes = 4_096;
const maxBytes = 4 + maxAboutBytes + roomLimits.fileBytes;

/** For another node that asks; undefined when there is no such file here. */
export async function fileForNode(
  files: RoomFiles,
  file: string,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const found = await files.read(file);
  if (found === undefined) return undefined;
  const { room, name, type } = found.about;
  const about = Buffer.from(JSON.stringify({ room, name, type }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(about.length);
  return (async function* () {
    yield Buffer.concat([length, about]);
    yield found.content;
  })();
}

/** Throws `node_unreachable`; undefined when that node has no such file. */
export async function fileOfNode(
  links: ClusterLinks,
  node: NodeId,
  file: string,
): Promise<ReadFile | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of readFile(links, node, file)) {
      size += chunk.length;
      if (size > maxBytes)
        throw new BothyError('node_unreachable', `${node} sent more than a file may hold.`);
      chunks.push(chunk);
    }
  } catch (thrown) {
    if (thrown instanceof BothyError && thrown.code === 'not_found') return undefined;
    throw thrown;
  }
  const bytes = Buffer.concat(chunks);
  const length = bytes.length < 4 ? maxAboutBytes + 1 : bytes.readUInt32BE();
  const about = length > maxAboutBytes ? undefined : aboutOf(bytes.subarray(4, 4 + length).toString('utf8'));
  if (about === undefined) throw new BothyError('node_unreachable', `${node} did not answer with a file.`);
  return { about, content: bytes.subarray(4 + length) };
}

function aboutOf(text: string): ReadFile['about'] | undefined {
  try {
    return aboutSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
