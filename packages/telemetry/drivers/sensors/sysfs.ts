/**
 * What the kernel shows as files. Read synchronously, on purpose: a chip that hangs then holds its own worker only. The
 * asynchronous reads of Node share four threads, and four hung chips would hold up every look-up of a name.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The device's folder, by its folder's name or by what its `name` file says. Throws a sentence. */
export function findDevice(root: string, pattern: RegExp, wanted: string): string {
  const folders = foldersIn(root).filter((folder) => pattern.test(folder));
  const names: string[] = [];
  for (const folder of folders.sort()) {
    const name = readAttribute(join(root, folder, 'name')) ?? '';
    if (folder === wanted || name === wanted) return join(root, folder);
    names.push(name || folder);
  }
  const there = names.length === 0 ? 'There is none at all' : `There are ${names.slice(0, 12).join(', ')}`;
  throw new Error(`There is no ${wanted} in ${root}. ${there}.`);
}

/** Without its line end; undefined when it cannot be read. */
export function readAttribute(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** Throws a sentence when it cannot be read or is no number. */
export function readNumber(path: string): number {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (thrown) {
    const why = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
    throw new Error(`${path} cannot be read (${why}).`);
  }
  const value = Number(text);
  if (text === '' || !Number.isFinite(value)) throw new Error(`${path} has no number: ${text.slice(0, 40)}`);
  return value;
}

export function foldersIn(root: string): string[] {
  try {
    return readdirSync(root);
  } catch {
    return [];
  }
}
