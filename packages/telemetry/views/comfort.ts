/** Hints for rooms with people in them, each with its source. Greenhouses and cellars have their own rules. Rule TV11. */

export interface ComfortHint {
  readonly tone: 'good' | 'fair';
  readonly words: string;
  readonly source: string;
}

/** Sterling, Arundel, Sterling 1985: "Criteria for Human Exposure to Humidity in Occupied Buildings", ASHRAE Transactions 91(1). */
const humiditySource = 'Sterling et al., ASHRAE Transactions 91 (1985): 40–60 % relative humidity';
/** ISO 7730:2005, table A.5, category B: 22.0 ± 2.0 °C in winter clothes, 24.5 ± 1.5 °C in summer clothes, sitting. */
const temperatureSource =
  'ISO 7730, category B, for people who sit: 20–24 °C in winter, 23–26 °C in summer clothes';

export function comfortHint(
  sensor: string,
  unit: string | undefined,
  value: number,
): ComfortHint | undefined {
  const name = sensor.toLowerCase();
  if (name.startsWith('humidity') && (unit === undefined || unit === '%' || unit === '%RH'))
    return ofHumidity(value);
  if (name.startsWith('temperature') && (unit === undefined || unit === '°C' || unit === 'C')) {
    return ofTemperature(value);
  }
  return undefined;
}

function ofHumidity(percent: number): ComfortHint {
  if (percent < 40) {
    return { tone: 'fair', words: 'Dry for people: eyes and airways feel it.', source: humiditySource };
  }
  if (percent > 60) {
    return { tone: 'fair', words: 'Damp: mould and mites like it. Air the room.', source: humiditySource };
  }
  return { tone: 'good', words: 'Comfortable for people.', source: humiditySource };
}

function ofTemperature(celsius: number): ComfortHint {
  const source = temperatureSource;
  if (celsius < 20) return { tone: 'fair', words: 'Cool for people who sit.', source };
  if (celsius > 26) return { tone: 'fair', words: 'Warm for people who sit.', source };
  if (celsius < 23) return { tone: 'good', words: 'Comfortable in winter clothes.', source };
  if (celsius > 24) return { tone: 'good', words: 'Comfortable in summer clothes.', source };
  return { tone: 'good', words: 'Comfortable, summer and winter.', source };
}
