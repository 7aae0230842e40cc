/** Values, ages and names as people read them. Rule TV7. */

/** Digits that stay the same from one value to the next, so that a changing figure does not jump. */
export function valueWords(value: number, recent: readonly number[] = []): string {
  const size = Math.abs(value);
  if (size >= 1e9 || (size > 0 && size < 0.001)) return signed(value.toExponential(2));
  const whole = Number.isInteger(value) && recent.every((each) => Number.isInteger(each));
  const digits = whole || size >= 1_000 ? 0 : size >= 100 ? 1 : size >= 1 || size === 0 ? 1 : 3;
  return signed(grouped(value.toFixed(digits)));
}

/** A real minus sign, as wide as a digit; nothing is minus nought. */
function signed(text: string): string {
  if (/^-0(\.0*)?$/.test(text)) return text.slice(1);
  return text.replace('-', '\u2212');
}

/** 12 345: from five digits on, with a narrow space that does not break. */
function grouped(text: string): string {
  const [whole = '', rest] = text.split('.');
  const spaced = whole.replace(/^-/, '').length < 5 ? whole : whole.replace(/\B(?=(\d{3})+$)/g, '\u202f');
  return rest === undefined ? spaced : `${spaced}.${rest}`;
}

/** How long ago: `now`, `12 s ago`, `3 min ago`, `5 h ago`, `2 days ago`. */
export function agoWords(ageMs: number): string {
  const seconds = Math.floor(ageMs / 1_000);
  if (seconds < 2) return 'now';
  return `${spanWords(ageMs)} ago`;
}

/** `12 s`, `3 min`, `5 h`, `2 days`: rounded down, as ages are told. */
export function spanWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? '1 day' : `${days} days`;
}

const knownSensors: Readonly<Record<string, string>> = {
  airquality: 'Air quality',
  co2: 'CO₂',
  pm25: 'PM2.5',
  'pm2.5': 'PM2.5',
  pm10: 'PM10',
  cpu: 'Processor',
  'cpu-temperature': 'Processor temperature',
  cpu_load: 'Load',
};

/** `soil_moisture` is Soil moisture. */
export function sensorWords(sensor: string): string {
  const known = Object.hasOwn(knownSensors, sensor) ? knownSensors[sensor] : undefined;
  if (known !== undefined) return known;
  const spaced = sensor.replaceAll('_', ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

export function bytesWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(bytes < 1e4 ? 1 : 0)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** `1 reading`, `2 readings`, `12 345 readings`. */
export function countWords(count: number, one: string, many = `${one}s`): string {
  return count === 1 ? `1 ${one}` : `${grouped(String(count))} ${many}`;
}
