/** Says where in a file something is wrong, and what: `edge.yaml:12: sensors[2].interval: must be a time such as 5s`. */
import { BothyError } from '@bothy/wire';
import type * as z from 'zod/mini';

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

/** `sensors[2].interval`. */
export function placeWords(path: Path): string {
  return path
    .map((step, at) =>
      typeof step === 'number' ? `[${step}]` : at === 0 ? String(step) : `.${String(step)}`,
    )
    .join('');
}

export interface ConfigProblem {
  readonly path: Path;
  readonly sentence: string;
}

/** The first thing that is wrong in `data`. */
export function problemOf(error: { readonly issues: readonly Issue[] }, data: unknown): ConfigProblem {
  const [issue] = error.issues;
  if (issue === undefined) return { path: [], sentence: 'cannot be used' };
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    return { path: [...issue.path, key], sentence: 'is no setting that is known here' };
  }
  // What is missing is told apart from what is wrong: the sentence of a type speaks of both.
  const isMissing =
    issue.code === 'invalid_type' && issue.path.length > 0 && valueAt(data, issue.path) === undefined;
  return { path: issue.path, sentence: isMissing ? `is missing; it ${issue.message}` : issue.message };
}

function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (inner, step) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, step) : undefined),
    data,
  );
}

export function invalidConfig(source: string, line: number | undefined, problem: ConfigProblem): BothyError {
  const where = line === undefined ? source : `${source}:${line}`;
  const place = placeWords(problem.path);
  const sentence = place === '' ? problem.sentence : `${place}: ${problem.sentence}`;
  return new BothyError('configuration_invalid', `${where}: ${sentence}`);
}
