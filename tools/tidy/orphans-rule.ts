/**
 * Every source file is used: it can be reached from an entry point (what packages export, programs, npm scripts,
 * configuration, pages, tests) by following imports.
 */
import { moduleSyntax } from './module-syntax.ts';
import { isCode, isTest, type Repository, type Rule, type SourceFile } from './repository.ts';
import { importTarget, normalise, workspacePackages } from './workspace-packages.ts';

export const orphansRule: Rule = {
  name: 'orphans',
  sentence: 'every source file is used by something',
  check(repository) {
    const byPath = new Map(repository.files.map((file) => [file.path, file]));
    const reached = new Set<string>();
    const waiting = [...entryPoints(repository)];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      const file = byPath.get(path);
      if (file === undefined || reached.has(path)) continue;
      reached.add(path);
      if (isCode(path)) waiting.push(...importedPaths(repository, file));
    }
    return repository.files
      .filter((file) => isCode(file.path) && !reached.has(file.path))
      .map((file) => ({ path: file.path, line: 1, sentence: 'nothing uses this file: use it or remove it' }));
  },
};

function importedPaths(repository: Repository, file: SourceFile): string[] {
  return moduleSyntax(file).imports.flatMap(({ specifier }) => {
    const target = importTarget(repository, file.path, specifier);
    return target.kind === 'file' ? [target.path] : [];
  });
}

function entryPoints(repository: Repository): string[] {
  const exported = [...workspacePackages(repository).values()].flatMap((each) => [...each.exports.values()]);
  const paths = repository.files.map((file) => file.path);
  const configured = paths.filter((path) => isTest(path) || /(^|\/)vi(te|test)\.config\.ts$/.test(path));
  // What `npm run bench` finds by its name.
  const benches = paths.filter((path) => /^bench\/.*\.bench\.ts$/.test(path));
  // What the test of the concept pages runs, page by page.
  const examples = paths.filter((path) => /^docs\/concepts\/examples\/[^/]+\.ts$/.test(path));
  const manifests = repository.files.filter((file) => /(^|\/)package\.json$/.test(file.path));
  const pages = repository.files.filter((file) => file.path.endsWith('.html'));
  const settings = repository.files.filter(({ path }) => /(^|\/)vitest\.config\.ts$/.test(path));
  const started = [...configured, ...benches, ...examples, ...settings.flatMap(setups)];
  return [...exported, ...started, ...manifests.flatMap(programs), ...pages.flatMap(scripts)];
}

/** The files that `bin` and the words of `scripts` name. */
function programs(manifest: SourceFile): string[] {
  const { bin = {}, scripts: commands = {} } = JSON.parse(manifest.text) as {
    bin?: Record<string, string>;
    scripts?: Record<string, string>;
  };
  const words = Object.values(commands).flatMap((command) => command.split(/\s+/));
  return [...Object.values(bin), ...words].map((path) => beside(manifest, path));
}

/** What Vitest runs before the tests of a project. */
function setups(config: SourceFile): string[] {
  return [...config.text.matchAll(/\bglobalSetup: \['([^']+)'\]/g)].map(([, path = '']) =>
    beside(config, path),
  );
}

function scripts(page: SourceFile): string[] {
  return [...page.text.matchAll(/<script[^>]*\ssrc="([^"]+)"/g)].map(([, path = '']) => beside(page, path));
}

function beside(file: SourceFile, path: string): string {
  const folder = file.path.slice(0, Math.max(0, file.path.lastIndexOf('/')));
  return normalise(`${folder}/${path}`);
}
