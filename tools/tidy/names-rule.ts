/** Names say what a thing is: no drawers for everything, and no exports that nobody listed. */
import { moduleSyntax, walk } from './module-syntax.ts';
import { isCode, type Rule, type SourceFile, type Violation } from './repository.ts';

const emptyWords = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'managers', 'misc']);

export const namesRule: Rule = {
  name: 'names',
  sentence: 'no file is called utils, helpers, common, manager or misc, and exports are listed by name',
  check(repository) {
    const code = repository.files.filter((file) => isCode(file.path));
    return [...code.flatMap(checkPath), ...code.flatMap(checkExports)];
  },
};

function checkPath({ path }: SourceFile): Violation[] {
  const word = path.split(/[-/._]/).find((each) => emptyWords.has(each.toLowerCase()));
  if (word === undefined) return [];
  return [{ path, line: 1, sentence: `"${word}" says nothing: name the file by what it is and does` }];
}

function checkExports(file: SourceFile): Violation[] {
  const { program, lineOf } = moduleSyntax(file);
  const violations: Violation[] = [];
  walk(program, (node) => {
    if (node.type !== 'ExportAllDeclaration' || node.exported != null) return;
    const sentence = 'list what is exported by name instead of "export *"';
    violations.push({ path: file.path, line: lineOf(node.start), sentence });
  });
  return violations;
}
