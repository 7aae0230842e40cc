/**
 * Specifications and tests agree. A rule is defined in a SPEC.md as a list item that begins with its bold id,
 * `- **HLC1** …`; a test quotes it in its title, `test('[HLC1] never goes back', …)`, also several at once:
 * `[HLC1, HLC2]`.
 */
import { asNode, moduleSyntax, rootName, stringValue, walk } from './module-syntax.ts';
import { isTest, type Rule, type SourceFile, type Violation } from './repository.ts';

interface Quote {
  readonly id: string;
  readonly path: string;
  readonly line: number;
}

const definition = /^\s*[-*]\s+\*\*(\d?[A-Z]{2,6}\d+[a-z]?)\*\*/;
/** Anything with a number that stands where an id does. */
const inIdsPlace = /^\s*[-*]\s+\*\*([^*\s]*\d[^*\s]*)\*\*\s/;
const quotation = /\[(\d?[A-Z]{2,6}\d+[a-z]?(?:,\s*\d?[A-Z]{2,6}\d+[a-z]?)*)\]/g;
const testNames = new Set(['test', 'it', 'describe']);

export const specRule: Rule = {
  name: 'specs',
  sentence:
    'every rule of a SPEC.md is quoted by a test of its package, and tests quote only rules that exist',
  check(repository) {
    const specs = repository.files.filter((file) => file.path.endsWith('SPEC.md'));
    const violations = specs.flatMap(malformed);
    const rules = new Map<string, Quote>();
    for (const rule of specs.flatMap(definitions)) {
      const key = keyOf(rule);
      const earlier = rules.get(key);
      if (earlier === undefined) rules.set(key, rule);
      else violations.push({ ...rule, sentence: `${rule.id} is defined already in ${earlier.path}` });
    }
    const quotes = repository.files.filter((file) => isTest(file.path)).flatMap(quotations);
    return [...violations, ...untested(rules, quotes), ...unknown(rules, quotes)];
  },
};

function untested(defined: ReadonlyMap<string, Quote>, quotes: readonly Quote[]): Violation[] {
  const quoted = new Set(quotes.map(keyOf));
  return [...defined]
    .filter(([key]) => !quoted.has(key))
    .map(([, { path, line, id }]) => ({ path, line, sentence: `no test of this package quotes [${id}]` }));
}

/** Tests across packages, below `tests/`, may quote the rules of any package. */
function unknown(defined: ReadonlyMap<string, Quote>, quotes: readonly Quote[]): Violation[] {
  const ids = new Set([...defined.values()].map((rule) => rule.id));
  return quotes
    .filter((quote) => (quote.path.startsWith('tests/') ? !ids.has(quote.id) : !defined.has(keyOf(quote))))
    .map(({ path, line, id }) => ({ path, line, sentence: `no SPEC.md of this package defines ${id}` }));
}

function keyOf({ path, id }: Quote): string {
  return `${path.split('/').slice(0, 2).join('/')} ${id}`;
}

/** What is no id would be a rule that nobody has to test. */
function malformed({ path, text }: SourceFile): Violation[] {
  return text.split('\n').flatMap((line, index) => {
    const id = inIdsPlace.exec(line)?.[1];
    if (id === undefined || definition.test(line)) return [];
    return [{ path, line: index + 1, sentence: `${id} is no id: two to six capitals, then a number` }];
  });
}

function definitions(file: SourceFile): Quote[] {
  return file.text.split('\n').flatMap((text, index) => {
    const id = definition.exec(text)?.[1];
    return id === undefined ? [] : [{ id, path: file.path, line: index + 1 }];
  });
}

function quotations(file: SourceFile): Quote[] {
  const { program, lineOf } = moduleSyntax(file);
  const quotes: Quote[] = [];
  walk(program, (node) => {
    if (node.type !== 'CallExpression' || !testNames.has(rootName(asNode(node.callee)) ?? '')) return;
    const [first] = Array.isArray(node.arguments) ? node.arguments : [];
    const title = stringValue(asNode(first)) ?? '';
    for (const [, ids = ''] of title.matchAll(quotation)) {
      for (const id of ids.split(','))
        quotes.push({ id: id.trim(), path: file.path, line: lineOf(node.start) });
    }
  });
  return quotes;
}
