/** Cuts the text of a rule into words, numbers and signs, each with its place. */

export type TokenKind = 'word' | 'name' | 'number' | 'duration' | 'hours' | 'sign' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written; a `name` without its quotes. */
  readonly text: string;
  /** Where it begins, in UTF-16 units, and how long it is. */
  readonly offset: number;
  readonly length: number;
}

export interface RuleError {
  readonly offset: number;
  readonly length: number;
  /** From 1, for editors. */
  readonly line: number;
  readonly column: number;
  readonly sentence: string;
}

/** Thrown inside the parser and caught at its edge. */
export class RuleSyntaxError extends Error {
  readonly offset: number;
  readonly length: number;

  constructor(place: { readonly offset: number; readonly length: number }, sentence: string) {
    super(sentence);
    this.offset = place.offset;
    this.length = place.length;
  }
}

/** In this order: hours before numbers, durations before numbers, words last. */
const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ['hours', /\d\d:\d\d-\d\d:\d\d(?![\w:])/y],
  ['duration', /(?:\d+(?:ms|[smhd]))+(?![\w.])/y],
  ['number', /[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w.])/y],
  ['name', /"[^"\n]*"/y],
  ['word', /[A-Za-z][A-Za-z0-9_.-]*/y],
  ['sign', />=|<=|[<>():,/*]/y],
];

/** Ends with one token of the kind `end`. */
export function ruleTokens(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let offset = skipSpace(text, 0);
  while (offset < text.length) {
    const token = tokenAt(text, offset);
    tokens.push(token);
    offset = skipSpace(text, offset + token.length);
  }
  tokens.push({ kind: 'end', text: '', offset: text.length, length: 0 });
  return tokens;
}

function tokenAt(text: string, offset: number): Token {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = offset;
    const found = pattern.exec(text)?.[0];
    if (found === undefined) continue;
    const shown = kind === 'name' ? found.slice(1, -1) : found;
    return { kind, text: shown, offset, length: found.length };
  }
  const length = /^[^\s()]+/.exec(text.slice(offset))?.[0].length ?? 1;
  const part = text.slice(offset, offset + length);
  const sentence = part.startsWith('"')
    ? 'This quotation mark has no partner.'
    : `"${part.slice(0, 40)}" is no word, number or sign of a rule.`;
  throw new RuleSyntaxError({ offset, length }, sentence);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text.charAt(at))) at += 1;
  return at;
}

/** Adds line and column. */
export function ruleError(text: string, { offset, length, message }: RuleSyntaxError): RuleError {
  const before = text.slice(0, offset).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  return { offset, length, line: before.length, column, sentence: message };
}
