/**
 * Cores are pure: no clock, no randomness, no input or output, no waiting. The rule reads names, not types: a name
 * that the file declares or imports itself is its own.
 */
import { asNode, type ModuleSyntax, moduleSyntax, type SyntaxNode, walk } from './module-syntax.ts';
import { isCode, isTest, type Repository, type Rule, type SourceFile, type Violation } from './repository.ts';
import { importTarget } from './workspace-packages.ts';

const corePath = /^packages\/(protocols\/src|[^/]+\/core|[^/]+\/views)\//;

const bannedGlobals = new Set([
  ...['Date', 'performance', 'crypto', 'console', 'process', 'Buffer', 'globalThis', 'require', 'eval'],
  ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'queueMicrotask'],
  ...['Promise', 'structuredClone', 'MessageChannel', 'BroadcastChannel', 'AbortController', 'EventTarget'],
  ...['window', 'document', 'navigator', 'location', 'history', 'self', 'localStorage', 'sessionStorage'],
  ...['indexedDB', 'fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'Worker', 'RTCPeerConnection'],
  ...['requestAnimationFrame', 'alert', 'TextEncoder', 'TextDecoder', 'URL', 'Blob', 'WeakRef'],
]);

/** What a core may import beside files of its own and the plain parts of these packages. */
const allowedImports = new Set(['@bothy/protocols', '@bothy/wire']);

export const coreRule: Rule = {
  name: 'cores',
  sentence: 'cores have no clock, no randomness, no promises and no platform',
  check(repository) {
    return repository.files
      .filter((file) => corePath.test(file.path) && isCode(file.path) && !isTest(file.path))
      .flatMap((file) => [...checkImports(repository, file), ...checkNames(file)]);
  },
};

function checkImports(repository: Repository, file: SourceFile): Violation[] {
  const home = file.path.split('/').slice(0, 2).join('/');
  return moduleSyntax(file).imports.flatMap(({ specifier, line, isDynamic }) => {
    const target = importTarget(repository, file.path, specifier);
    const isOwn = target.kind === 'file' && target.path.startsWith(`${home}/`);
    if ((isOwn || allowedImports.has(specifier)) && !isDynamic) return [];
    return [{ path: file.path, line, sentence: `a core may not import "${specifier}"` }];
  });
}

function checkNames(file: SourceFile): Violation[] {
  const syntax = moduleSyntax(file);
  const declared = declaredNames(syntax);
  const violations: Violation[] = [];
  const report = (node: SyntaxNode, what: string): void => {
    const sentence = `a core may not use ${what}: pass it in, or make it an output`;
    violations.push({ path: file.path, line: syntax.lineOf(node.start), sentence });
  };
  walk(syntax.program, (node, parent, key) => {
    if (node.async === true) report(node, 'async functions');
    if (node.type === 'AwaitExpression' || node.await === true) report(node, 'await');
    if (node.type !== 'Identifier' || !isReference(parent, key)) return;
    const name = String(node.name);
    if (declared.has(name)) return;
    if (bannedGlobals.has(name)) report(node, name);
    if (name === 'Math' && !isHarmlessMath(parent)) report(node, 'Math.random');
  });
  return violations;
}

/** Whether an identifier at this place of its parent names a variable or type, and not a member. */
function isReference(parent: SyntaxNode | undefined, key: string): boolean {
  if (parent === undefined) return true;
  if (parent.type === 'MemberExpression') return key === 'object' || parent.computed === true;
  if (parent.type === 'TSQualifiedName') return key === 'left';
  const namesMember = ['Property', 'PropertyDefinition', 'MethodDefinition', 'TSPropertySignature'];
  if (namesMember.includes(parent.type) || parent.type === 'TSMethodSignature') {
    return key !== 'key' || parent.computed === true || parent.shorthand === true;
  }
  return true;
}

/** `Math.max` is harmless; `Math.random`, `Math['…']` and `const { random } = Math` are not. */
function isHarmlessMath(parent: SyntaxNode | undefined): boolean {
  if (parent?.type !== 'MemberExpression' || parent.computed === true) return false;
  return asNode(parent.property)?.name !== 'random';
}

/** Names that the file binds anywhere: imports, variables, parameters, functions, classes and types. */
function declaredNames(syntax: ModuleSyntax): ReadonlySet<string> {
  const names = new Set<string>();
  const bind = (pattern: SyntaxNode | undefined): void => {
    if (pattern === undefined) return;
    if (pattern.type === 'Identifier') names.add(String(pattern.name));
    for (const inner of [pattern.left, pattern.argument, pattern.value, pattern.parameter]) {
      if (pattern.type !== 'Identifier') bind(asNode(inner));
    }
    for (const list of [pattern.properties, pattern.elements]) {
      if (Array.isArray(list)) for (const each of list) bind(asNode(each));
    }
  };
  walk(syntax.program, (node) => {
    if (node.type.startsWith('Import') && node.type.endsWith('Specifier')) bind(asNode(node.local));
    if (node.type === 'VariableDeclarator') bind(asNode(node.id));
    if (/^(Function|Class|TSInterface|TSTypeAlias)(Declaration|Expression)$/.test(node.type)) {
      bind(asNode(node.id));
    }
    if (Array.isArray(node.params)) for (const each of node.params) bind(asNode(each));
  });
  return names;
}
