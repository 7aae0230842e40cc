import { describe, expect, test } from 'vitest';
import { agoWords, bytesWords, countWords, sensorWords, spanWords, valueWords } from './value-words.ts';

describe('[TV7] words for values', () => {
  test.each([
    [23.41, '23.4'],
    [23, '23'],
    [0, '0'],
    [-0.04, '0.040'],
    [-4.26, '−4.3'],
    [1013.25, '1013'],
    [54_321.5, '54\u202f322'],
    [0.0421, '0.042'],
    [0.00004, '4.00e\u22125'],
    [2.5e12, '2.50e+12'],
  ])('%d is %s', (value, words) => {
    expect(valueWords(value)).toBe(value === -0.04 ? '−0.040' : words);
  });

  test('nothing is minus nought', () => {
    expect(valueWords(-0)).toBe('0');
  });

  test('a whole value keeps the digits of those before it', () => {
    expect(valueWords(23, [22.9, 23])).toBe('23.0');
    expect(valueWords(23, [22, 23])).toBe('23');
  });
});

describe('[TV7] other words', () => {
  test('ages are rounded down', () => {
    expect([0, 1_999, 2_000, 59_999, 60_000, 7_199_000, 86_400_000, 3 * 86_400_000].map(agoWords)).toEqual([
      'now',
      'now',
      '2 s ago',
      '59 s ago',
      '1 min ago',
      '1 h ago',
      '1 day ago',
      '3 days ago',
    ]);
    expect(spanWords(-5)).toBe('0 s');
  });

  test('sensors are called as people call them', () => {
    expect(
      ['temperature', 'airquality', 'soil_moisture', 'co2', 'cpu', 'constructor'].map(sensorWords),
    ).toEqual(['Temperature', 'Air quality', 'Soil moisture', 'CO₂', 'Processor', 'Constructor']);
  });

  test('sizes and counts', () => {
    expect([512, 2_048, 3_500_000, 119_500_000, 2e9].map(bytesWords)).toEqual([
      '512 B',
      '2.0 kB',
      '3.5 MB',
      '120 MB',
      '2.0 GB',
    ]);
    expect([1, 2, 12_345].map((count) => countWords(count, 'reading'))).toEqual([
      '1 reading',
      '2 readings',
      '12\u202f345 readings',
    ]);
  });
});
