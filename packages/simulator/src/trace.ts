/**
 * The trace of a run: the last lines in full, and a hash over everything, so
 * that two runs compare. Rules SIM2 and SIM5 in SPEC.md.
 */
import type { Kinded } from '@bothy/protocols';
import { Digest } from './digest.ts';

/** What is kept is written down only when somebody reads it: that costs more than a step. */
type Line =
  | { readonly atMs: number; readonly text: string }
  | {
      readonly atMs: number;
      readonly process: string;
      readonly input: Kinded;
      readonly outputs: readonly Kinded[];
    };

export class Trace {
  readonly #limit: number;
  readonly #digest = new Digest();
  #lines: Line[] = [];
  #count = 0;

  /** Keeps at least the last `limit` lines. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds a line. */
  add(atMs: number, text: string): void {
    this.#digest.number(atMs);
    this.#digest.text(text);
    this.#push({ atMs, text });
  }

  /** Adds one step of a core: a line of kinds; what went in and came out counts in the hash, whole. */
  addStep(atMs: number, process: string, input: Kinded, outputs: readonly Kinded[]): void {
    this.#digest.number(atMs);
    this.#digest.text(process);
    this.#digest.value(input);
    this.#digest.value(outputs);
    this.#push({ atMs, process, input, outputs });
  }

  get count(): number {
    return this.#count;
  }

  /** 64 bits over every line so far, and over what every step took in and gave out. */
  get hash(): string {
    return this.#digest.hex;
  }

  /** The last lines, oldest first: `<milliseconds> <what>`. */
  tail(count: number): readonly string[] {
    return count > 0 ? this.#lines.slice(-count).map(format) : [];
  }

  /** The lines that are kept, one below the other. */
  text(): string {
    return this.#lines.map(format).join('\n');
  }

  #push(line: Line): void {
    this.#count += 1;
    this.#lines.push(line);
    // Cut rarely, so that adding a line costs the same however long the run is.
    if (this.#lines.length >= 2 * this.#limit) this.#lines = this.#lines.slice(-this.#limit);
  }
}

function format(line: Line): string {
  const { atMs } = line;
  if ('text' in line) return `${atMs.toFixed(3)} ${line.text}`;
  const outputs = line.outputs.map((output) => ` ${describe(output)}`).join('');
  return `${atMs.toFixed(3)} ${line.process} ${describe(line.input)} ->${outputs}`;
}

/** A kind, and the one below it that says more: `command/send`, `rtc/channel`. */
function describe(value: Kinded): string {
  const members = value as unknown as Readonly<Record<string, unknown>>;
  for (const name in members) {
    const member = members[name];
    if (typeof member === 'object' && member !== null && 'kind' in member)
      return `${value.kind}/${String(member.kind)}`;
  }
  return value.kind;
}
