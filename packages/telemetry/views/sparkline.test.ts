import { expect, test } from 'vitest';
import { sparklinePath } from './sparkline.ts';

const size = { widthPx: 104, heightPx: 24 };

test('[TV16] goes from edge to edge, up and down as the values do', () => {
  expect(
    sparklinePath(
      [
        [0, 1],
        [10, 3],
        [20, 2],
      ],
      size,
    ),
  ).toBe('M2.0 22.0L52.0 2.0L102.0 12.0');
});

test('[TV16] is broken where readings are missing', () => {
  const path = sparklinePath(
    [
      [0, 1],
      [10, 2],
      [20, 1],
      [100, 2],
      [110, 1],
    ],
    size,
  );
  expect(path.match(/M/g)).toHaveLength(2);
});

test('[TV16] makes no mountain of a steady value, and nothing of one reading', () => {
  expect(
    sparklinePath(
      [
        [0, 5],
        [10, 5],
      ],
      size,
    ),
  ).toBe('M2.0 12.0L102.0 12.0');
  const steady = sparklinePath(
    [
      [0, 1_000],
      [10, 1_000.01],
    ],
    size,
  );
  expect(steady).toBe('M2.0 12.1L102.0 11.9');
  expect(sparklinePath([[0, 5]], size)).toBe('');
});
