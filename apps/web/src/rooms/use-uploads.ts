/** Files that are on their way to the node, before the message that names them is sent. */
import { type Attachment, BothyError, roomLimits } from '@bothy/wire';
import { useEffect, useRef, useState } from 'react';
import { fileProblem, type Upload, uploadFile } from './room-files.ts';
import { useRooms } from './rooms-context.ts';

export interface UploadView {
  readonly key: number;
  readonly file: File;
  /** From 0 to 1. */
  readonly share: number;
  readonly attachment?: Attachment;
  readonly problem?: string;
}

export interface Uploads {
  readonly list: readonly UploadView[];
  readonly busy: boolean;
  readonly add: (files: readonly File[]) => void;
  /** Takes one out, whether it is there or still on its way. */
  readonly remove: (key: number) => void;
  readonly again: (key: number) => void;
  readonly clear: () => void;
}

export function useUploads(room: string): Uploads {
  const { files: access } = useRooms();
  const [list, setList] = useState<readonly UploadView[]>([]);
  const running = useRef(new Map<number, Upload>());
  const count = useRef(0);

  useEffect(() => {
    const all = running.current;
    return () => {
      for (const upload of all.values()) upload.cancel();
    };
  }, []);

  function change(key: number, part: Partial<UploadView>): void {
    setList((before) => before.map((each) => (each.key === key ? { ...each, ...part } : each)));
  }

  function begin(key: number, file: File): void {
    const problem = fileProblem(file);
    if (problem !== undefined) return change(key, { problem });
    const upload = uploadFile(room, file, access, (share) => change(key, { share }));
    running.current.set(key, upload);
    upload.done
      .then(
        (attachment) => change(key, { attachment, share: 1 }),
        (thrown: unknown) => {
          if (!(thrown instanceof DOMException)) change(key, { problem: BothyError.from(thrown).message });
        },
      )
      .finally(() => running.current.delete(key));
  }

  return {
    list,
    busy: list.some(({ attachment, problem }) => attachment === undefined && problem === undefined),
    add: (files) => {
      const added = files.slice(0, roomLimits.attachments - list.length).map((file) => {
        count.current += 1;
        return { key: count.current, file, share: 0 };
      });
      setList((before) => [...before, ...added]);
      for (const { key, file } of added) begin(key, file);
    },
    remove: (key) => {
      running.current.get(key)?.cancel();
      setList((before) => before.filter((each) => each.key !== key));
    },
    again: (key) => {
      const found = list.find((each) => each.key === key);
      if (found === undefined) return;
      setList((before) =>
        before.map((each) => (each.key === key ? { key, file: each.file, share: 0 } : each)),
      );
      begin(key, found.file);
    },
    clear: () => setList([]),
  };
}
