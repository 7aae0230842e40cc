/** The repository's own packages and what an import specifier within it points at. */
import type { Repository } from './repository.ts';

export interface WorkspacePackage {
  readonly name: string;
  /** `packages/peer` */
  readonly folder: string;
  /** Subpath (`.`, `./core`) to the file it names, from the repository's root. */
  readonly exports: ReadonlyMap<string, string>;
}

export type ImportTarget =
  | { readonly kind: 'file'; readonly path: string }
  /** A name of ours with a subpath that its `exports` do not list. */
  | { readonly kind: 'unexported'; readonly name: string; readonly subpath: string }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'outside'; readonly name: string };

const known = new WeakMap<Repository, ReadonlyMap<string, WorkspacePackage>>();

/** By name. */
export function workspacePackages(repository: Repository): ReadonlyMap<string, WorkspacePackage> {
  const cached = known.get(repository);
  if (cached !== undefined) return cached;
  const packages = new Map<string, WorkspacePackage>();
  for (const file of repository.files) {
    if (!/^(packages\/[^/]+|apps\/[^/]+|tools)\/package\.json$/.test(file.path)) continue;
    const manifest = JSON.parse(file.text) as { name: string; exports?: Record<string, string> };
    const folder = file.path.slice(0, -'/package.json'.length);
    const exports = Object.entries(manifest.exports ?? {}).map(
      ([subpath, target]) => [subpath, normalise(`${folder}/${target}`)] as const,
    );
    packages.set(manifest.name, { name: manifest.name, folder, exports: new Map(exports) });
  }
  known.set(repository, packages);
  return packages;
}

/** What `specifier`, written in the file `from`, points at. */
export function importTarget(repository: Repository, from: string, specifier: string): ImportTarget {
  if (specifier.startsWith('.')) {
    const folder = from.slice(0, Math.max(0, from.lastIndexOf('/')));
    const withoutQuery = specifier.replace(/\?.*$/, '');
    return { kind: 'file', path: normalise(`${folder}/${withoutQuery}`) };
  }
  if (specifier.startsWith('node:')) return { kind: 'node', name: specifier };
  const parts = specifier.split('/');
  const name = specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier);
  const ours = workspacePackages(repository).get(name);
  if (ours === undefined) return { kind: 'outside', name };
  const subpath = specifier === name ? '.' : `.${specifier.slice(name.length)}`;
  const path = ours.exports.get(subpath);
  return path === undefined ? { kind: 'unexported', name, subpath } : { kind: 'file', path };
}

/** Resolves `.` and `..`. */
export function normalise(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
