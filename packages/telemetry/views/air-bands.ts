/** What is known of air, with the source of each line. Averages over a day are asked of a day only. Rule TV10. */

export type BandTone = 'good' | 'fair' | 'poor' | 'bad';

export interface Band {
  /** Up to and including this; the last one has no end. */
  readonly upTo: number;
  readonly tone: BandTone;
  readonly words: string;
}

export interface BandScale {
  readonly title: string;
  readonly unit: string;
  readonly source: string;
  /** Over which time a value must be averaged before it may be placed; 0: as it is. */
  readonly averageMs: number;
  readonly bands: readonly Band[];
}

const dayMs = 86_400_000;

/** Umweltbundesamt, Ad-hoc working group (2008): "Gesundheitliche Bewertung von Kohlendioxid in der Innenraumluft", Bundesgesundheitsblatt 51. */
export const carbonDioxide: BandScale = {
  title: 'Carbon dioxide indoors',
  unit: 'ppm',
  source: 'German Environment Agency (UBA), guide values for indoor air, 2008',
  averageMs: 0,
  bands: [
    { upTo: 1_000, tone: 'good', words: 'harmless' },
    { upTo: 2_000, tone: 'fair', words: 'noticeable: air the room' },
    { upTo: Number.POSITIVE_INFINITY, tone: 'bad', words: 'not acceptable: air the room now' },
  ],
};

/** US EPA: 40 CFR part 58, appendix G, as of 2024 (89 FR 16202). */
export const particlesUs: BandScale = {
  title: 'Fine particles, 24 h mean',
  unit: 'µg/m³',
  source: 'US EPA, Air Quality Index for PM2.5, 2024',
  averageMs: dayMs,
  bands: [
    { upTo: 9, tone: 'good', words: 'good' },
    { upTo: 35.4, tone: 'fair', words: 'moderate' },
    { upTo: 55.4, tone: 'poor', words: 'unhealthy for sensitive groups' },
    { upTo: 125.4, tone: 'bad', words: 'unhealthy' },
    { upTo: 225.4, tone: 'bad', words: 'very unhealthy' },
    { upTo: Number.POSITIVE_INFINITY, tone: 'bad', words: 'hazardous' },
  ],
};

/** World Health Organization: Global air quality guidelines, 2021. */
export const particlesWho: BandScale = {
  title: 'Fine particles, 24 h mean',
  unit: 'µg/m³',
  source: 'WHO global air quality guidelines, 2021: 15 µg/m³ as a mean over 24 h',
  averageMs: dayMs,
  bands: [
    { upTo: 15, tone: 'good', words: 'within the guideline' },
    { upTo: Number.POSITIVE_INFINITY, tone: 'poor', words: 'above the guideline' },
  ],
};

const particleNames = new Set(['pm25', 'pm2.5', 'pm2_5', 'pm02', 'particles']);
const carbonNames = new Set(['airquality', 'co2', 'carbon_dioxide', 'carbondioxide', 'rco2']);

/** The scales that fit a sensor by name and unit; none where the unit says that something else is measured. */
export function scalesFor(sensor: string, unit: string | undefined): readonly BandScale[] {
  const name = sensor.toLowerCase();
  if (carbonNames.has(name) && (unit === undefined || unit === 'ppm')) return [carbonDioxide];
  if (particleNames.has(name) && (unit === undefined || /^[µμu]g\/m(³|3)$/.test(unit))) {
    return [particlesUs, particlesWho];
  }
  return [];
}

/** The EPA cuts off behind the first digit before it compares; for whole ppm that changes nothing. */
export function bandOf(scale: BandScale, value: number): Band {
  const cut = Math.floor(value * 10 + 1e-9) / 10;
  const last = scale.bands[scale.bands.length - 1];
  const found = scale.bands.find(({ upTo }) => cut <= upTo) ?? last;
  if (found === undefined) throw new Error(`the scale "${scale.title}" has no bands`);
  return found;
}

export type Placed =
  | { readonly kind: 'placed'; readonly scale: BandScale; readonly band: Band; readonly value: number }
  /** There is not enough of the day yet. */
  | { readonly kind: 'tooShort'; readonly scale: BandScale; readonly coveredMs: number };

/** Three quarters of the time must be covered, as for the index of the EPA. */
const leastCovered = 0.75;

/** `mean` and `coveredMs` of the last `averageMs`; for a scale without an average the value as it is. */
export function placed(
  scale: BandScale,
  latest: number,
  day: { readonly mean: number; readonly coveredMs: number } | undefined,
): Placed {
  if (scale.averageMs === 0) {
    return { kind: 'placed', scale, band: bandOf(scale, latest), value: latest };
  }
  if (day === undefined || day.coveredMs < leastCovered * scale.averageMs) {
    return { kind: 'tooShort', scale, coveredMs: day?.coveredMs ?? 0 };
  }
  return { kind: 'placed', scale, band: bandOf(scale, day.mean), value: day.mean };
}

/** The mean of the last day from hourly rollups, each hour as one: an hour with many readings is no longer hour. */
export function meanOfHours(
  hours: { readonly stampsMs: readonly number[]; readonly mean: readonly number[] },
  nowMs: number,
): { readonly mean: number; readonly coveredMs: number } | undefined {
  const values = hours.mean.filter((_, at) => (hours.stampsMs[at] ?? 0) > nowMs - dayMs);
  if (values.length === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, coveredMs: Math.min(values.length * 3_600_000, dayMs) };
}
