/** The closed list of error codes and its reference page say the same, in the same order. */
import { asNode, moduleSyntax, type SyntaxNode, stringValue, walk } from './module-syntax.ts';
import type { Rule, SourceFile, Violation } from './repository.ts';

const codePath = 'packages/wire/src/errors.ts';
const pagePath = 'docs/reference/errors.md';

interface Entry {
  readonly code: string;
  readonly line: number;
}

export const errorsRule: Rule = {
  name: 'errors',
  sentence: `every error code is described in ${pagePath}, and nothing else is`,
  check(repository) {
    const code = repository.files.find((file) => file.path === codePath);
    const page = repository.files.find((file) => file.path === pagePath);
    if (code === undefined)
      return [{ path: codePath, line: 1, sentence: 'the list of error codes is missing' }];
    if (page === undefined)
      return [{ path: pagePath, line: 1, sentence: 'the page of error codes is missing' }];
    return compare(codesOf(code), rowsOf(page), incompleteRows(page));
  },
};

function compare(
  codes: readonly Entry[],
  rows: readonly Entry[],
  incomplete: readonly Violation[],
): Violation[] {
  const violations = [...incomplete];
  const described = new Set(rows.map((row) => row.code));
  const listed = new Set(codes.map((entry) => entry.code));
  for (const { code, line } of codes) {
    if (!described.has(code))
      violations.push({ path: codePath, line, sentence: `${code} is not in ${pagePath}` });
  }
  for (const { code, line } of rows) {
    if (!listed.has(code))
      violations.push({ path: pagePath, line, sentence: `${code} is not in ${codePath}` });
  }
  if (violations.length > 0) return violations;
  if (rows.length > listed.size) return [{ path: pagePath, line: 1, sentence: 'a code is described twice' }];
  const misplaced = rows.find((row, index) => row.code !== codes[index]?.code);
  if (misplaced === undefined) return [];
  const sentence = `${misplaced.code} is not in the order of ${codePath}`;
  return [{ path: pagePath, line: misplaced.line, sentence }];
}

function codesOf(file: SourceFile): Entry[] {
  const { program, lineOf } = moduleSyntax(file);
  const codes: Entry[] = [];
  walk(program, (node) => {
    if (node.type !== 'VariableDeclarator' || asNode(node.id)?.name !== 'errorCodes') return;
    const list = withoutAssertion(asNode(node.init));
    const elements = Array.isArray(list?.elements) ? list.elements : [];
    for (const element of elements) {
      const code = stringValue(asNode(element));
      if (code !== undefined) codes.push({ code, line: lineOf(element.start) });
    }
  });
  return codes;
}

function withoutAssertion(node: SyntaxNode | undefined): SyntaxNode | undefined {
  return node?.type === 'TSAsExpression' ? asNode(node.expression) : node;
}

/** Rows of the page's tables whose first cell is a code. */
function tableRows(file: SourceFile): { readonly line: number; readonly cells: readonly string[] }[] {
  return file.text.split('\n').flatMap((text, index) => {
    if (!/^\|\s*`[a-z_]+`\s*\|/.test(text)) return [];
    const cells = text.split('|').slice(1, -1);
    return [{ line: index + 1, cells: cells.map((cell) => cell.trim()) }];
  });
}

function rowsOf(file: SourceFile): Entry[] {
  return tableRows(file).map(({ line, cells }) => ({ line, code: (cells[0] ?? '').replaceAll('`', '') }));
}

function incompleteRows(file: SourceFile): Violation[] {
  return tableRows(file)
    .filter(({ cells }) => cells.length !== 3 || cells.some((cell) => cell === ''))
    .map(({ line }) => ({
      path: file.path,
      line,
      sentence: 'a row says the code, when it happens and what to do',
    }));
}
