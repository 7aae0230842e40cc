/** Imports follow the table in `layers.ts`, and a package is entered only by what it exports. */
import { mayImport, type Place, placeOf } from './layers.ts';
import { type ImportReference, moduleSyntax } from './module-syntax.ts';
import { isCode, isTest, type Repository, type Rule, type SourceFile, type Violation } from './repository.ts';
import { importTarget } from './workspace-packages.ts';

export const importsRule: Rule = {
  name: 'imports',
  sentence: 'every room imports only what the design lets it import',
  check(repository) {
    return repository.files
      .filter((file) => isCode(file.path))
      .flatMap((file) => checkFile(repository, file));
  },
};

function checkFile(repository: Repository, file: SourceFile): Violation[] {
  const from = placeOf(file.path);
  if (from === undefined) {
    const sentence = 'the house has no room for this file; see the table in tools/tidy/layers.ts';
    return [{ path: file.path, line: 1, sentence }];
  }
  return moduleSyntax(file).imports.flatMap((reference) => {
    const sentence = objection(repository, file, from, reference);
    return sentence === undefined ? [] : [{ path: file.path, line: reference.line, sentence }];
  });
}

function objection(
  repository: Repository,
  file: SourceFile,
  from: Place,
  { specifier }: ImportReference,
): string | undefined {
  const target = importTarget(repository, file.path, specifier);
  if (target.kind === 'unexported') return `${target.name} does not export "${target.subpath}"`;
  if (target.kind !== 'file') return undefined;
  const to = placeOf(target.path);
  if (to === undefined) return undefined;
  const words = `${describe(from)} may not import ${describe(to)} ("${specifier}")`;
  if (!mayImport(from, to, isTest(file.path))) return words;
  const entersAside = specifier.startsWith('.') && from.home !== to.home && from.room !== 'root';
  return entersAside ? `another package is imported by its name, not by a path ("${specifier}")` : undefined;
}

function describe(place: Place): string {
  return place.home.endsWith(place.room) || place.home === '' ? place.room : `${place.home}/${place.room}`;
}
