/** Reads tokens one by one, and says what it wanted when it finds something else. */
import { ruleLimits, telemetryLimits, telemetryNamePattern } from '@bothy/wire';
import { parseDuration } from './duration.ts';
import { RuleSyntaxError, type Token, type TokenKind } from './rule-tokens.ts';

/** Words of the grammar: a sensor of such a name is written in quotation marks. */
export const reservedWords: ReadonlySet<string> = new Set([
  ...['and', 'or', 'until', 'for', 'clear', 'above', 'below', 'repeat', 'every', 'only', 'quiet'],
  ...['rises', 'falls', 'changes', 'within', 'by', 'stale', 'after', 'anomalous'],
  ...['info', 'warning', 'danger', 'daily'],
]);

export class TokenReader {
  readonly #tokens: readonly Token[];
  #next = 0;

  /** `tokens` end with one of the kind `end`. */
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(ahead = 0): Token {
    const token = this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)];
    if (token === undefined) throw new Error('a text of no tokens, not even its end');
    return token;
  }

  take(): Token {
    const token = this.peek();
    this.#next += 1;
    return token;
  }

  /** Takes the next token if it is this word or sign. */
  takes(text: string): boolean {
    if (!this.isNext(text)) return false;
    this.#next += 1;
    return true;
  }

  isNext(text: string, ahead = 0): boolean {
    const { kind, text: found } = this.peek(ahead);
    return found === text && (kind === 'word' || kind === 'sign');
  }

  expect(text: string, why: string): void {
    if (!this.takes(text)) throw this.wrong(`Here comes "${text}" ${why}`);
  }

  number(what: string): number {
    const value = Number(this.#of('number', `Here comes ${what}, a number like 30 or -2.5`).text);
    if (!(Math.abs(value) <= telemetryLimits.largestValue)) {
      throw this.#last(`Numbers are at most ${telemetryLimits.largestValue}.`);
    }
    // There is one zero in rules: "-0" would be another value that looks the same.
    return value === 0 ? 0 : value;
  }

  durationMs(what: string): number {
    const ms = parseDuration(this.#of('duration', `Here comes ${what}, a time like 90s, 2m or 1h30m`).text);
    if (ms === undefined || !(ms >= 1 && ms <= ruleLimits.durationMs)) {
      throw this.#last('A time is from 1ms to 366d.');
    }
    return ms;
  }

  name(what: string): string {
    const token = this.peek();
    const isWord = token.kind === 'word' && !reservedWords.has(token.text);
    if (!isWord && token.kind !== 'name') throw this.wrong(`Here comes ${what}`);
    if (!telemetryNamePattern.test(token.text)) {
      const sentence =
        'A name has letters, digits, "_", "." and "-", begins with a letter or digit, 64 at most.';
      throw new RuleSyntaxError(token, sentence);
    }
    this.#next += 1;
    return token.text;
  }

  /** An error at the next token: what should be there, and what is. */
  wrong(wanted: string): RuleSyntaxError {
    const { kind, text } = this.peek();
    const found = kind === 'end' ? 'the rule ends' : `there is "${text.slice(0, 40)}"`;
    return new RuleSyntaxError(this.peek(), `${wanted}; ${found}.`);
  }

  #of(kind: TokenKind, wanted: string): Token {
    if (this.peek().kind !== kind) throw this.wrong(wanted);
    return this.take();
  }

  #last(sentence: string): RuleSyntaxError {
    return new RuleSyntaxError(this.peek(-1), sentence);
  }
}
