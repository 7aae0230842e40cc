/** Units that sensors measure in, and how one becomes another of the same dimension. */

interface Unit {
  readonly dimension: string;
  /** In the dimension's first unit: `value * factor + offset`. */
  readonly factor: number;
  readonly offset?: number;
}

const of = (dimension: string, factors: Readonly<Record<string, number>>): [string, Unit][] =>
  Object.entries(factors).map(([name, factor]) => [name, { dimension, factor }]);

/** SI prefixes and, for what is not SI, the factors of NIST SP 811, appendix B. */
const units: ReadonlyMap<string, Unit> = new Map<string, Unit>([
  ['°C', { dimension: 'temperature', factor: 1 }],
  ['m°C', { dimension: 'temperature', factor: 0.001 }],
  ['°F', { dimension: 'temperature', factor: 5 / 9, offset: -160 / 9 }],
  ['K', { dimension: 'temperature', factor: 1, offset: -273.15 }],
  ...of('share', { '%': 1, 'm%': 0.001, '1': 100, '‰': 0.1, ppm: 0.0001, ppb: 0.000_000_1 }),
  ...of('illuminance', { lx: 1, klx: 1_000, fc: 10.763_910_4 }),
  ...of('pressure', {
    hPa: 1,
    mbar: 1,
    Pa: 0.01,
    kPa: 10,
    bar: 1_000,
    mmHg: 1.333_224,
    inHg: 33.863_89,
    psi: 68.947_57,
  }),
  ...of('voltage', { V: 1, mV: 0.001, µV: 0.000_001, kV: 1_000 }),
  ...of('current', { A: 1, mA: 0.001, µA: 0.000_001 }),
  ...of('power', { W: 1, mW: 0.001, µW: 0.000_001, kW: 1_000, MW: 1_000_000 }),
  ...of('energy', { kWh: 1, Wh: 0.001, MWh: 1_000, J: 1 / 3_600_000, kJ: 1 / 3_600, MJ: 1 / 3.6 }),
  ...of('length', { m: 1, mm: 0.001, cm: 0.01, km: 1_000, in: 0.0254, ft: 0.3048 }),
  ...of('speed', { 'm/s': 1, 'km/h': 1 / 3.6, kn: 1852 / 3_600, mph: 0.447_04 }),
  ...of('time', { s: 1, ms: 0.001, min: 60, h: 3_600 }),
  ...of('frequency', { Hz: 1, kHz: 1_000, MHz: 1_000_000, rpm: 1 / 60 }),
  ...of('data', { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 1_024, MiB: 1_048_576, GiB: 1_073_741_824 }),
  ...of('mass concentration', { 'µg/m³': 1, 'mg/m³': 1_000 }),
  ...of('volume', { L: 1, mL: 0.001, 'm³': 1_000 }),
]);

export const knownUnits: readonly string[] = [...units.keys()];

/** `value * gain + offset` in the wanted unit. */
export interface LinearChange {
  readonly gain: number;
  readonly offset: number;
}

/** Undefined when one of them is not known, or they do not measure the same. */
export function unitConversion(from: string, to: string): LinearChange | undefined {
  if (from === to) return { gain: 1, offset: 0 };
  const [source, target] = [units.get(from), units.get(to)];
  if (source === undefined || target === undefined || source.dimension !== target.dimension) return undefined;
  return {
    gain: source.factor / target.factor,
    offset: ((source.offset ?? 0) - (target.offset ?? 0)) / target.factor,
  };
}
