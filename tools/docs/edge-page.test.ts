/** docs/reference/edge.md keeps to the code: every setting is in its table, and no other; its examples parse. */
import { readFileSync } from 'node:fs';
import { edgeFlagNames, edgeSchema, parseEdgeFile, sensorSchemas } from '@bothy/edge/config';
import { knownUnits } from '@bothy/telemetry/calibration';
import { expect, test } from 'vitest';
import { tableCodes } from './reference-page.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const page = read('docs/reference/edge.md');

/** The first code spans of the tables of a section. */
function settings(heading: string): string[] {
  const [, after = ''] = page.split(new RegExp(`^#+ ${heading}$`, 'm'));
  const [section = ''] = after.split(/^#+ /m);
  return tableCodes(section).flatMap(([setting]) => setting ?? []);
}

test('every flag is listed, with those of bothy up', () => {
  const flags = settings('Flags and variables').map((flag) => flag.split(' ')[0]);
  const known = [...edgeFlagNames.map((name) => `--${name}`), '--check', '--no-host-edge', '--demo'];
  expect(flags.sort()).toEqual(known.sort());
});

test('every setting of the file is listed, and no other', () => {
  expect(settings('The file').sort()).toEqual(Object.keys(edgeSchema.shape).sort());
  const { outbox } = edgeSchema.shape;
  expect(settings('The outbox').sort()).toEqual(Object.keys(outbox.def.innerType.shape).sort());
});

test('every setting of every kind of sensor is listed, and no other', () => {
  const common = settings('Sensors');
  const [, kinds = ''] = page.split('### Kinds');
  const rows = tableCodes(kinds.split(/^## /m)[0] ?? '').filter((row) => row.length >= 2);
  const listed = rows.map(([kind, setting]) => `${kind} ${setting}`);
  const known = Object.entries(sensorSchemas).flatMap(([kind, schema]) =>
    Object.keys(schema.shape)
      .filter((setting) => !common.includes(setting))
      .map((setting) => `${kind} ${setting}`),
  );
  expect(listed.sort()).toEqual(known.sort());
  for (const schema of Object.values(sensorSchemas)) {
    for (const setting of common) expect(Object.keys(schema.shape)).toContain(setting);
  }
});

test('every unit is listed', () => {
  const words = page.split(/[\s·.]+/);
  for (const unit of knownUnits) expect(words).toContain(unit);
});

test.each(['docs/reference/edge.md', 'docs/guide/edge.md'])('the examples of %s parse', (path) => {
  const text = read(path);
  const examples = [...text.matchAll(/^( *)```yaml\n([\s\S]*?)\n\1```$/gm)];
  expect(examples.length).toBeGreaterThan(0);
  for (const [, indent = '', example = ''] of examples) {
    const yaml = example.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
    expect(parseEdgeFile(yaml, path).sensors?.length).toBeGreaterThan(0);
  }
});
