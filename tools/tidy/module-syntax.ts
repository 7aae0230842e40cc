/** Reads a module's syntax tree once for all rules, and the questions that several rules ask of it. */
import { parseSync } from 'oxc-parser';
import type { SourceFile } from './repository.ts';

/** A node of the syntax tree (ESTree with TypeScript's nodes). */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly [member: string]: unknown;
}

export interface Comment {
  readonly text: string;
  readonly line: number;
}

export interface ImportReference {
  readonly specifier: string;
  readonly line: number;
  readonly isDynamic: boolean;
}

export interface ModuleSyntax {
  readonly program: SyntaxNode;
  readonly comments: readonly Comment[];
  /** Static, re-exporting, type-only and dynamic imports, and `new URL('…', import.meta.url)`. */
  readonly imports: readonly ImportReference[];
  lineOf(offset: number): number;
}

const parsed = new WeakMap<SourceFile, ModuleSyntax>();

export function moduleSyntax(file: SourceFile): ModuleSyntax {
  const known = parsed.get(file);
  if (known !== undefined) return known;
  const result = parseSync(file.path, file.text);
  const lineOf = lineFinder(file.text);
  const program = asNode(result.program) ?? { type: 'Program', start: 0 };
  const syntax: ModuleSyntax = {
    program,
    comments: result.comments.map((comment) => ({ text: comment.value, line: lineOf(comment.start) })),
    imports: importReferences(program, lineOf),
    lineOf,
  };
  parsed.set(file, syntax);
  return syntax;
}

export function asNode(value: unknown): SyntaxNode | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  return typeof value.type === 'string' ? (value as SyntaxNode) : undefined;
}

/** Visits every node, parents first. `key` is the member of the parent that holds the node. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, parent: SyntaxNode | undefined, key: string) => void,
  parent?: SyntaxNode,
  parentKey = '',
): void {
  visit(node, parent, parentKey);
  for (const [key, member] of Object.entries(node)) {
    for (const child of Array.isArray(member) ? member : [member]) {
      const childNode = asNode(child);
      if (childNode !== undefined) walk(childNode, visit, node, key);
    }
  }
}

/** The text of a string literal or of a template without placeholders. */
export function stringValue(node: SyntaxNode | undefined): string | undefined {
  if (node?.type === 'Literal' && typeof node.value === 'string') return node.value;
  if (node?.type === 'TemplateLiteral') {
    const quasis = Array.isArray(node.quasis) ? node.quasis : [];
    return quasis.map((quasi) => String(quasi?.value?.cooked ?? '')).join(' ');
  }
  return undefined;
}

/** `test` for `test('…')`, `test.only('…')` and `test.each([…])('…')`. */
export function rootName(node: SyntaxNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (node.type === 'Identifier') return String(node.name);
  if (node.type === 'MemberExpression') return rootName(asNode(node.object));
  if (node.type === 'CallExpression') return rootName(asNode(node.callee));
  return undefined;
}

function importReferences(program: SyntaxNode, lineOf: (offset: number) => number): ImportReference[] {
  const found: ImportReference[] = [];
  const add = (node: SyntaxNode, source: unknown, isDynamic = false): void => {
    const specifier = stringValue(asNode(source));
    if (specifier !== undefined) found.push({ specifier, line: lineOf(node.start), isDynamic });
  };
  walk(program, (node) => {
    switch (node.type) {
      case 'ImportDeclaration':
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
      case 'TSImportType':
        add(node, node.source ?? node.argument);
        break;
      case 'ImportExpression':
        add(node, node.source, true);
        break;
      case 'NewExpression':
        if (rootName(asNode(node.callee)) === 'URL') addUrl(node);
        break;
      default:
    }
  });
  return found;

  function addUrl(node: SyntaxNode): void {
    const [path, base] = Array.isArray(node.arguments) ? node.arguments : [];
    const isOwnUrl = asNode(asNode(base)?.object)?.type === 'MetaProperty';
    const specifier = stringValue(asNode(path));
    if (isOwnUrl && /^\..*[^/]$/.test(specifier ?? '')) add(node, path, true);
  }
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
