/**
 * The lock file is complete: `npm ci` refuses one that is not, and an install from it takes versions that nobody
 * has tested. npm leaves out binaries of other platforms when the registry at hand lacks them, and says nothing.
 */
import type { Repository, Rule, Violation } from './repository.ts';

const lockPath = 'package-lock.json';

interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

type LockedPackages = Readonly<Record<string, LockedPackage>>;

export const lockRule: Rule = {
  name: 'lock',
  sentence: `${lockPath} has what every package.json asks for, for every platform`,
  check(repository) {
    const file = repository.files.find((each) => each.path === lockPath);
    const { packages = {} } = JSON.parse(file?.text ?? '{}') as { packages?: LockedPackages };
    return [...missingPackages(packages), ...staleManifests(repository, packages)];
  },
};

function missingPackages(packages: LockedPackages): Violation[] {
  return Object.entries(packages).flatMap(([path, { dependencies, devDependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies })
      .filter((name) => !isFound(packages, path, name))
      .map((name) => ({
        path: lockPath,
        line: 1,
        sentence: `${path || 'the root'} needs ${name}, which is not locked`,
      })),
  );
}

/** Looks where Node would: in `node_modules` beside the package, then further up. */
function isFound(packages: LockedPackages, from: string, name: string): boolean {
  for (let folder = from; ; folder = parentOf(folder)) {
    if (`${folder === '' ? '' : `${folder}/`}node_modules/${name}` in packages) return true;
    if (folder === '') return false;
  }
}

function parentOf(folder: string): string {
  const cut = folder.lastIndexOf('/node_modules/');
  return cut === -1 ? '' : folder.slice(0, cut);
}

function staleManifests(repository: Repository, packages: LockedPackages): Violation[] {
  return repository.files
    .filter((file) => /^(|packages\/[^/]+\/|apps\/[^/]+\/|tools\/)package\.json$/.test(file.path))
    .filter((file) => {
      const locked = packages[file.path.replace(/\/?package\.json$/, '')];
      return wants(JSON.parse(file.text) as LockedPackage) !== wants(locked ?? {});
    })
    .map((file) => ({
      path: file.path,
      line: 1,
      sentence: `${lockPath} is older than this: run "npm install"`,
    }));
}

function wants({ dependencies, devDependencies }: LockedPackage): string {
  const sorted = (list: Readonly<Record<string, string>> = {}) => Object.entries(list).sort();
  return JSON.stringify([sorted(dependencies), sorted(devDependencies)]);
}
