/** Nothing is switched off or put off in silence: no skipped tests, silenced checks or notes to self. */
import { asNode, moduleSyntax, rootName, walk } from './module-syntax.ts';
import { isCode, isTest, type Rule, type SourceFile, type Violation } from './repository.ts';

const testNames = new Set(['test', 'it', 'describe', 'suite', 'bench']);
const switches = new Set(['only', 'skip', 'todo', 'skipIf', 'runIf', 'fails']);

/** What may not be in a comment, and why. The first match of a comment counts. */
const bannedComments: readonly (readonly [RegExp, string])[] = [
  [/^\s*@ts-(ignore|nocheck)/, 'mend the type instead of silencing the compiler'],
  [/^\s*@ts-expect-error\s*$/, 'say after @ts-expect-error why the error is right'],
  [
    /^\s*biome-ignore(-all|-start|-end)?\s+[^:]*(:\s*)?$/,
    'say after biome-ignore why the rule is wrong here',
  ],
  [/^\s*biome-ignore[^:]*:\s*<explanation>/, 'say after biome-ignore why the rule is wrong here'],
  [/\b(TODO|FIXME|XXX|HACK)\b/, 'do it now, or open an issue and leave no note here'],
];

export const honestyRule: Rule = {
  name: 'honesty',
  sentence: 'no test is skipped, no check silenced without a reason, and no work left as a note',
  check(repository) {
    const code = repository.files.filter((file) => isCode(file.path));
    return code.flatMap((file) => [...checkComments(file), ...(isTest(file.path) ? checkTests(file) : [])]);
  },
};

function checkComments(file: SourceFile): Violation[] {
  return moduleSyntax(file).comments.flatMap(({ text, line }) => {
    const banned = bannedComments.find(([pattern]) => pattern.test(text));
    return banned === undefined ? [] : [{ path: file.path, line, sentence: banned[1] }];
  });
}

function checkTests(file: SourceFile): Violation[] {
  const { program, lineOf } = moduleSyntax(file);
  const violations: Violation[] = [];
  walk(program, (node) => {
    if (node.type !== 'MemberExpression') return;
    const name = String(asNode(node.property)?.name);
    if (!switches.has(name) || !testNames.has(rootName(node) ?? '')) return;
    const sentence = `${rootName(node)}.${name} leaves tests out: run it or remove it`;
    violations.push({ path: file.path, line: lineOf(node.start), sentence });
  });
  return violations;
}
