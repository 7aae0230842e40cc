/** Files of rooms: sent with progress, and read back with one's token, for pictures carry no header of their own. */
import { type Attachment, BothyError, roomLimits } from '@bothy/wire';
import { roomParts } from '@bothy/wire/schemas';
import * as z from 'zod/mini';
import { parsed, refusalOf } from '../node/node-client.ts';

const attachmentShape = z.object({
  file: roomParts.fileId,
  node: roomParts.nodeId,
  name: z.string(),
  type: z.string(),
  sizeBytes: roomParts.count,
});

export interface FileAccess {
  /** Origin of the node that this tab talks with; empty for the one that served the page. */
  readonly base: () => string;
  readonly token: (again?: boolean) => Promise<string>;
}

export interface Upload {
  /** Rejects with why it failed, or with `AbortError` after `cancel`. */
  readonly done: Promise<Attachment>;
  readonly cancel: () => void;
}

/** Rounded down: a file of this size is taken for sure. */
export const maxFileWords = `${Math.floor(roomLimits.fileBytes / 100_000) / 10} MB`;

/** Why a file cannot be sent, before anything of it is. */
export function fileProblem({ size, name }: Pick<File, 'size' | 'name'>): string | undefined {
  if (size === 0) return `${name} is empty.`;
  if (size > roomLimits.fileBytes) {
    return `${name} has ${sizeWords(size)}; a room takes files up to ${maxFileWords}.`;
  }
  return undefined;
}

export function sizeWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** XMLHttpRequest, because `fetch` does not tell how much has gone out. */
export function uploadFile(
  room: string,
  file: File,
  access: FileAccess,
  progress: (share: number) => void,
): Upload {
  const request = new XMLHttpRequest();
  let cancelled = false;
  const done = (async () => {
    const token = await access.token();
    if (cancelled) throw new DOMException('The upload was cancelled.', 'AbortError');
    return await new Promise<Attachment>((resolve, reject) => {
      request.open(
        'POST',
        `${access.base()}/api/v1/rooms/${room}/files?name=${encodeURIComponent(file.name)}`,
      );
      request.setRequestHeader('authorization', `Bearer ${token}`);
      request.setRequestHeader('content-type', file.type === '' ? 'application/octet-stream' : file.type);
      request.upload.onprogress = ({ loaded, total }) => progress(total === 0 ? 0 : loaded / total);
      request.onerror = () =>
        reject(new BothyError('node_unreachable', `The connection broke while ${file.name} was sent.`));
      request.onabort = () => reject(new DOMException('The upload was cancelled.', 'AbortError'));
      request.onload = () => {
        try {
          const answer: unknown = JSON.parse(request.responseText);
          if (request.status === 200) resolve(parsed(attachmentShape, answer));
          else reject(refusalOf(request.status, answer));
        } catch (thrown) {
          reject(BothyError.from(thrown));
        }
      };
      request.send(file);
    });
  })();
  return {
    done,
    cancel: () => {
      cancelled = true;
      request.abort();
    },
  };
}

/** Rejects with the node's refusal. */
export async function readFile(room: string, { node, file }: Attachment, access: FileAccess): Promise<Blob> {
  const read = async (again: boolean) =>
    await fetch(`${access.base()}/api/v1/rooms/${room}/files/${node}/${file}`, {
      headers: { authorization: `Bearer ${await access.token(again)}` },
    });
  let response: Response;
  try {
    response = await read(false);
    if (response.status === 401) response = await read(true);
    if (response.ok) return await response.blob();
  } catch (cause) {
    throw new BothyError('node_unreachable', 'The node does not answer.', { cause });
  }
  throw refusalOf(response.status, await response.json().catch(() => undefined));
}
