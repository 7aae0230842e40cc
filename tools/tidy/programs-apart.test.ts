/** An edge loads no code of a node, and a node none of an edge: each pays for itself alone. */
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type Repository, readRepository } from './repository.ts';
import { importTarget } from './workspace-packages.ts';

const repository = readRepository(fileURLToPath(new URL('../../', import.meta.url)));

/** Everything that is loaded with this file: by imports that are not of types only, and not those made later. */
function loadedWith(entry: string, { files }: Repository): string[] {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const loaded = new Set<string>();
  const waiting = [entry];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const text = texts.get(path);
    if (text === undefined || loaded.has(path)) continue;
    loaded.add(path);
    const statements = text.matchAll(/^(?:import|export)\s(?!type\s)(?:[^;]*?\sfrom\s)?'([^']+)'/gm);
    for (const [, specifier = ''] of statements) {
      const target = importTarget(repository, path, specifier);
      if (target.kind === 'file') waiting.push(target.path);
    }
  }
  return [...loaded];
}

const edgeParts = /^(apps\/edge|packages\/telemetry\/drivers\/(sensors|edge-store))\//;
const nodeParts =
  /^(apps\/node|packages\/(broker|rooms|peer|identity|store\/src\/(?!sqlite-file|file-lock)))/;

test('bothy edge loads nothing of a node', () => {
  const loaded = loadedWith('apps/cli/src/run-edge.ts', repository);
  expect(loaded.filter((path) => edgeParts.test(path)).length).toBeGreaterThan(10);
  expect(loaded.filter((path) => nodeParts.test(path))).toEqual([]);
});

test('bothy node loads nothing of an edge; bothy up only when it runs one', () => {
  const loaded = loadedWith('apps/cli/src/run-node.ts', repository);
  expect(loaded.filter((path) => nodeParts.test(path)).length).toBeGreaterThan(10);
  expect(loaded.filter((path) => edgeParts.test(path))).toEqual([]);
  expect(loadedWith('apps/cli/src/own-edges.ts', repository).some((path) => edgeParts.test(path))).toBe(true);
});

test('what reads sensors in a thread of its own loads no rules and no schemas', () => {
  const worker = loadedWith('packages/telemetry/drivers/sensors/lanes/sensor-worker.ts', repository);
  const kinds = ['simulated', 'host', 'file', 'http', 'command', 'linux-iio', 'hwmon'].flatMap((kind) =>
    loadedWith(`packages/telemetry/drivers/sensors/kinds/${kind}.ts`, repository),
  );
  const heavy = [...worker, ...kinds].filter((path) => /core\/(rules|engine|edge)\/|schemas\//.test(path));
  expect(heavy).toEqual([]);
});
