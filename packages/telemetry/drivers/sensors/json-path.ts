/** Finds a number in JSON: `main.temp`, `sensors[0].value`, `["odd key"][2]`. */

export type JsonPath = readonly (string | number)[];

/** Undefined when it cannot be read. The empty path means all of it. */
export function parseJsonPath(text: string): JsonPath | undefined {
  const steps: (string | number)[] = [];
  const step = /\.?([^.[\]"]+)|\[(\d{1,9})\]|\["([^"]*)"\]/y;
  while (step.lastIndex < text.length) {
    const found = step.exec(text);
    if (found === null) return undefined;
    const [, name, index, quoted] = found;
    steps.push(index === undefined ? (name ?? quoted ?? '') : Number(index));
  }
  return steps;
}

/** The number there; a text that is a number counts, for many devices send such. Throws a sentence. */
export function numberAt(json: unknown, path: JsonPath): number {
  let here = json;
  for (const step of path) {
    const isThere = typeof here === 'object' && here !== null && Object.hasOwn(here, step);
    if (!isThere) throw new Error(`The answer has no "${step}".`);
    here = (here as Record<string | number, unknown>)[step];
  }
  const isText = typeof here === 'string' && here.trim() !== '';
  const value = typeof here === 'number' || isText ? Number(here) : Number.NaN;
  if (!Number.isFinite(value))
    throw new Error(`The answer has no number there: ${JSON.stringify(here)?.slice(0, 60)}.`);
  return value;
}

export function parseJsonAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`The answer is no JSON: ${text.slice(0, 60)}`);
  }
}
