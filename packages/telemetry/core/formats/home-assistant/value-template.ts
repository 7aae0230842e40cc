/**
 * The templates that sensors are described with, in their simple forms: a path into the payload, or the payload itself,
 * through filters for numbers. Everything else of Jinja is refused when the sensor is announced, not guessed at later.
 */
import { fieldOf, jsonOf, numberOf, numberOfText, objectOf } from '../json-payload.ts';

export interface ValueTemplate {
  /** Into the JSON of the payload; undefined: the payload is the value. */
  readonly path: readonly string[] | undefined;
  readonly filters: readonly TemplateFilter[];
}

export type TemplateFilter =
  | { readonly name: 'number'; readonly otherwise: number | undefined }
  | { readonly name: 'int' }
  | { readonly name: 'round'; readonly digits: number }
  | { readonly name: 'times' | 'plus'; readonly by: number };

const whole = /^\{\{-?\s*(.*?)\s*-?\}\}$/s;
const root = /^value(_json)?((?:\.[A-Za-z_]\w*|\[\s*(?:'[^']*'|"[^"]*"|\d+)\s*\])*)/;
const step = /\.([A-Za-z_]\w*)|\[\s*(?:'([^']*)'|"([^"]*)"|(\d+))\s*\]/g;
const filter = /^\|\s*(float|int|round|default)\s*(?:\(\s*(-?\d+(?:\.\d+)?)?\s*\))?/;
const arithmetic = /^([*/+-])\s*(\d+(?:\.\d+)?)/;

/** Undefined when it is none of the simple forms. */
export function parseTemplate(text: string): ValueTemplate | undefined {
  const inner = whole.exec(text.trim())?.[1];
  const start = inner === undefined ? null : root.exec(inner);
  if (inner === undefined || start === null) return undefined;
  const path = [...(start[2] ?? '').matchAll(step)].map(
    ([, dot, single, double, index]) => dot ?? single ?? double ?? index ?? '',
  );
  if (start[1] === undefined && path.length > 0) return undefined;
  const filters: TemplateFilter[] = [];
  let rest = inner.slice(start[0].length).trim();
  while (rest !== '') {
    const match = filter.exec(rest) ?? arithmetic.exec(rest);
    const next = match === null ? undefined : filterOf(match[1] ?? '', match[2]);
    if (match === null || next === undefined) return undefined;
    filters.push(next);
    rest = rest.slice(match[0].length).trim();
  }
  return { path: start[1] === undefined ? undefined : path, filters };
}

function filterOf(name: string, argument: string | undefined): TemplateFilter | undefined {
  const number = argument === undefined ? undefined : Number(argument);
  switch (name) {
    case 'float':
    case 'default':
      return { name: 'number', otherwise: number };
    case 'int':
      return { name: 'int' };
    case 'round':
      return { name: 'round', digits: Math.min(10, Math.max(0, number ?? 0)) };
    case '*':
      return { name: 'times', by: number ?? 1 };
    case '/':
      return number === 0 ? undefined : { name: 'times', by: 1 / (number ?? 1) };
    case '+':
      return { name: 'plus', by: number ?? 0 };
    case '-':
      return { name: 'plus', by: -(number ?? 0) };
    default:
      return undefined;
  }
}

/** Text or number as it stands there; undefined when nothing does. */
export function templateValue(
  { path }: ValueTemplate,
  payload: string,
): string | number | boolean | undefined {
  if (path === undefined) return payload;
  let at = jsonOf(payload);
  for (const name of path) {
    const isInList = Array.isArray(at) && /^\d+$/.test(name);
    const object = objectOf(at);
    at = isInList
      ? (at as unknown[])[Number(name)]
      : object === undefined
        ? undefined
        : fieldOf(object, name);
  }
  const isPlain = typeof at === 'string' || typeof at === 'number' || typeof at === 'boolean';
  return isPlain ? (at as string | number | boolean) : undefined;
}

/** Undefined when it is no number in the end. */
export function templateNumber(template: ValueTemplate, payload: string): number | undefined {
  const raw = templateValue(template, payload);
  let value = typeof raw === 'string' ? numberOfText(raw) : numberOf(raw);
  for (const each of template.filters) {
    if (each.name === 'number') value ??= each.otherwise;
    else if (value !== undefined) value = filtered(value, each);
  }
  return numberOf(value);
}

function filtered(value: number, filter: Exclude<TemplateFilter, { name: 'number' }>): number {
  switch (filter.name) {
    case 'int':
      return Math.trunc(value);
    case 'round': {
      const scale = 10 ** filter.digits;
      return Math.round(value * scale) / scale;
    }
    case 'times':
      return value * filter.by;
    case 'plus':
      return value + filter.by;
  }
}
