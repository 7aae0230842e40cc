/**
 * Raft with a fault planted in its source text, so that the core carries no switches. The text is patched, its types are
 * taken off, and the modules are loaded from a folder of their own.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { RaftMember } from '@bothy/protocols';

/** A text that the file has exactly once, and what stands there instead. */
export interface Patch {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

type MemberClass = typeof RaftMember;

const source = fileURLToPath(new URL('../src/consensus/raft/', import.meta.url));

export class PlantedRafts {
  readonly #folder: string;
  #count = 0;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<PlantedRafts> {
    return new PlantedRafts(await mkdtemp(join(tmpdir(), 'bothy-planted-raft-')));
  }

  /** The member's class with these faults. Throws when a text is not there exactly once: the core has changed since. */
  async load(patches: readonly Patch[]): Promise<MemberClass> {
    this.#count += 1;
    const folder = join(this.#folder, String(this.#count));
    mkdirSync(folder);
    const left = new Set(patches);
    for (const file of readdirSync(source)) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
      let text = readFileSync(join(source, file), 'utf8');
      for (const patch of patches) {
        if (patch.file !== file) continue;
        text = patched(text, patch);
        left.delete(patch);
      }
      const script = stripTypeScriptTypes(text).replaceAll(/(from '\.\/[a-z-]+)\.ts'/g, "$1.mjs'");
      writeFileSync(join(folder, file.replace(/\.ts$/, '.mjs')), script);
    }
    for (const { file } of left) throw new Error(`there is no ${file} to plant a fault in`);
    const url = pathToFileURL(join(folder, 'raft-member.mjs')).href;
    const module = (await import(/* @vite-ignore */ url)) as { readonly RaftMember: MemberClass };
    return module.RaftMember;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function patched(text: string, { file, from, to }: Patch): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times, not once:\n${from}`);
  return parts.join(to);
}
