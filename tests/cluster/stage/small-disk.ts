/**
 * A disk that can be filled: a file system of its own where the tests may mount one, else a limit that the operating
 * system puts on the files of a process.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@bothy/testkit';

export interface SmallDisk {
  readonly path: string;
  /** Nothing more can be written to it by this process. */
  fill(pid: number): void;
  free(pid: number): void;
  remove(): void;
}

export function smallDisk(): SmallDisk {
  const folder = temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder.path], { stdio: 'ignore' });
    return mountedDisk(folder);
  } catch {
    return limitedDisk(folder);
  }
}

type Folder = ReturnType<typeof temporaryFolder>;

function mountedDisk({ path, remove }: Folder): SmallDisk {
  const filler = join(path, 'filler');
  const data = join(path, 'data');
  mkdirSync(data);
  return {
    path: data,
    fill: () => {
      const file = openSync(filler, 'w');
      for (const sizeBytes of [65_536, 4_096, 1]) writeUntilFull(file, Buffer.alloc(sizeBytes, 1));
      closeSync(file);
    },
    free: () => rmSync(filler),
    remove: () => {
      execFileSync('umount', [path]);
      remove();
    },
  };
}

function writeUntilFull(file: number, bytes: Buffer): void {
  try {
    for (;;) writeSync(file, bytes);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOSPC') throw thrown;
  }
}

/** Files that are larger than a page take no more; Node hears of it as of a full disk. */
function limitedDisk({ path, remove }: Folder): SmallDisk {
  const limit = (pid: number, size: string): void => {
    execFileSync('prlimit', [`--pid=${pid}`, `--fsize=${size}:unlimited`]);
  };
  return {
    path,
    fill: (pid) => limit(pid, '4096'),
    free: (pid) => limit(pid, 'unlimited'),
    remove,
  };
}
