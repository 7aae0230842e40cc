import { describe, expect, test } from 'vitest';
import {
  bandOf,
  carbonDioxide,
  meanOfHours,
  particlesUs,
  particlesWho,
  placed,
  scalesFor,
} from './air-bands.ts';
import { comfortHint } from './comfort.ts';

describe('[TV10] bands of air', () => {
  test('carbon dioxide by the guide values of 2008', () => {
    expect([420, 1_000, 1_001, 2_000, 2_500].map((ppm) => bandOf(carbonDioxide, ppm).tone)).toEqual([
      'good',
      'good',
      'fair',
      'fair',
      'bad',
    ]);
  });

  test('fine particles by the breakpoints of 2024, cut off behind the first digit', () => {
    const words = (value: number) => bandOf(particlesUs, value).words;
    expect([9.0, 9.09, 9.1, 35.4, 35.5, 55.4, 125.4, 225.4, 225.5].map(words)).toEqual([
      'good',
      'good',
      'moderate',
      'moderate',
      'unhealthy for sensitive groups',
      'unhealthy for sensitive groups',
      'unhealthy',
      'very unhealthy',
      'hazardous',
    ]);
    expect(bandOf(particlesWho, 15).tone).toBe('good');
    expect(bandOf(particlesWho, 15.2).tone).toBe('poor');
  });

  test('a moment is never placed on a scale of days', () => {
    expect(placed(particlesUs, 300, undefined)).toMatchObject({ kind: 'tooShort', coveredMs: 0 });
    const half = { mean: 8, coveredMs: 12 * 3_600_000 };
    expect(placed(particlesUs, 300, half)).toMatchObject({ kind: 'tooShort' });
    const whole = { mean: 8, coveredMs: 18 * 3_600_000 };
    expect(placed(particlesUs, 300, whole)).toMatchObject({
      kind: 'placed',
      value: 8,
      band: { words: 'good' },
    });
    expect(placed(carbonDioxide, 1_500, undefined)).toMatchObject({ kind: 'placed', value: 1_500 });
  });

  test('the mean of a day takes each of its hours as one, and no older ones', () => {
    const hour = 3_600_000;
    const nowMs = 100 * hour;
    const stampsMs = [70, 98, 99].map((each) => each * hour);
    expect(meanOfHours({ stampsMs, mean: [500, 10, 20] }, nowMs)).toEqual({ mean: 15, coveredMs: 2 * hour });
    expect(meanOfHours({ stampsMs: [], mean: [] }, nowMs)).toBeUndefined();
  });

  test('a scale is only for what it is about', () => {
    expect(scalesFor('airquality', 'ppm')).toEqual([carbonDioxide]);
    expect(scalesFor('airquality', 'ppb')).toEqual([]);
    expect(scalesFor('pm25', 'µg/m³')).toEqual([particlesUs, particlesWho]);
    expect(scalesFor('temperature', '°C')).toEqual([]);
  });

  test('every scale and hint names its source', () => {
    for (const scale of [carbonDioxide, particlesUs, particlesWho]) expect(scale.source).toMatch(/\d{4}/);
    expect(comfortHint('humidity', '%', 50)?.source).toMatch(/1985/);
    expect(comfortHint('temperature', '°C', 21)?.source).toMatch(/ISO 7730/);
  });
});

describe('[TV11] comfort', () => {
  test('of humidity and temperature, for people', () => {
    const tone = (sensor: string, value: number) => comfortHint(sensor, undefined, value)?.tone;
    expect([30, 40, 60, 61].map((value) => tone('humidity', value))).toEqual([
      'fair',
      'good',
      'good',
      'fair',
    ]);
    expect([19.9, 20, 26, 26.1].map((value) => tone('temperature', value))).toEqual([
      'fair',
      'good',
      'good',
      'fair',
    ]);
  });

  test('says nothing of what it does not know', () => {
    expect(comfortHint('temperature', '°F', 70)).toBeUndefined();
    expect(comfortHint('light', 'lx', 70)).toBeUndefined();
  });
});
