import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');
const [lightPart = '', darkPart = ''] = css.split('@media (prefers-color-scheme: dark)');

function colours(part: string): ReadonlyMap<string, string> {
  const found = part.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g);
  return new Map([...found].map(([, name = '', value = '']) => [name, value]));
}

/** WCAG 2.2, "relative luminance". */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

const surfaces = ['paper', 'card', 'stone-soft'];
const textPairs = [
  ...surfaces.flatMap((surface) =>
    ['ink', 'slate', 'moss', 'lichen', 'ember'].map((text) => [text, surface]),
  ),
  ['ink', 'stone'],
  ['slate', 'stone'],
  ['ink', 'moss-soft'],
  ['slate', 'moss-soft'],
  ['moss-strong', 'moss-soft'],
  ['on-moss', 'moss'],
  ['on-moss', 'moss-strong'],
  ['on-ember', 'ember'],
  ['ember', 'ember-soft'],
  ['ink', 'ember-soft'],
  ['slate', 'ember-soft'],
  ['lichen', 'lichen-soft'],
  ['ink', 'lichen-soft'],
  ['slate', 'lichen-soft'],
];
const series = ['moss', 'lake', 'rust', 'heather', 'gorse', 'fjord'].map((name) => `series-${name}`);
const graphicPairs = surfaces.flatMap((surface) =>
  // Limits and spells of alarms are drawn too.
  ['control', 'lichen', 'ember', ...series].map((line) => [line, surface]),
);

describe.each([
  ['light', colours(lightPart)],
  ['dark', colours(darkPart)],
])('the %s palette', (_scheme, palette) => {
  const ratio = (one = '', other = ''): number => contrast(palette.get(one) ?? '', palette.get(other) ?? '');

  it.each(textPairs)('lets %s be read on %s', (text, surface) => {
    expect(ratio(text, surface)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(graphicPairs)('lets a line of %s be seen on %s', (edge, surface) => {
    expect(ratio(edge, surface)).toBeGreaterThanOrEqual(3);
  });
});

it('has the same colours in light and dark', () => {
  expect([...colours(darkPart).keys()].sort()).toEqual([...colours(lightPart).keys()].sort());
});
