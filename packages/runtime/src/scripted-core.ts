/** For tests of the loop: a core that does what its input says, and a host that writes down what happens. */
import type { Core, Lookup, Now, Persist, Seal } from '@bothy/protocols';
import type { BothyError } from '@bothy/wire';
import { Loop, type LoopOptions, type ProductOutput, type Question } from './loop.ts';
import type { LoopHost } from './ports.ts';
import { VirtualTime } from './virtual-time.ts';

export type ScriptedOutput =
  | Persist<string>
  | Lookup<string>
  | Seal<string>
  | { readonly kind: 'setTimer'; readonly key: string; readonly afterMs: number }
  | { readonly kind: 'clearTimer'; readonly key: string }
  | { readonly kind: 'send'; readonly text: string; readonly early?: true };

export type ScriptedInput =
  | { readonly kind: 'do'; readonly outputs: readonly ScriptedOutput[] }
  | { readonly kind: 'throw'; readonly error: Error }
  | { readonly kind: 'timer'; readonly key: string }
  | { readonly kind: 'durable'; readonly token: string }
  | { readonly kind: 'found'; readonly id: string }
  | { readonly kind: 'sealed'; readonly id: string };

/** Takes inputs, does what they say, and answers `timer`, `durable`, `found` and `sealed` by `reactions`. */
export class ScriptedCore implements Core<ScriptedInput, ScriptedOutput> {
  readonly inputs: ScriptedInput[] = [];
  readonly nows: Now[] = [];
  reactions: Partial<Record<ScriptedInput['kind'], readonly ScriptedOutput[]>> = {};

  step(input: ScriptedInput, now: Now): readonly ScriptedOutput[] {
    this.inputs.push(input);
    this.nows.push(now);
    if (input.kind === 'throw') throw input.error;
    return input.kind === 'do' ? input.outputs : (this.reactions[input.kind] ?? []);
  }
}

interface Commit {
  readonly writes: readonly string[];
  done(error?: unknown): void;
}

type Performed = ProductOutput<ScriptedOutput>;
type Asked = Question<ScriptedOutput>;

/** A world whose store answers only when told to. `log` has one line per thing that happened, in order. */
export class ScriptedWorld {
  readonly core = new ScriptedCore();
  readonly time = new VirtualTime();
  readonly log: string[] = [];
  readonly failures: BothyError[] = [];
  /** Commits that are not answered yet. */
  readonly commits: Commit[] = [];
  readonly answers = new Map<string, (input: ScriptedInput) => void>();
  readonly loop: Loop<ScriptedInput, ScriptedOutput>;
  onPerform: (output: Performed) => void = () => {};
  onCommit: (commit: Commit) => void = (commit) => this.commits.push(commit);

  constructor(options?: LoopOptions, host: Partial<LoopHost<ScriptedInput, Performed, Asked, string>> = {}) {
    this.loop = new Loop<ScriptedInput, ScriptedOutput>(
      this.core,
      {
        clock: this.time,
        timers: this.time,
        storage: {
          commit: (writes, done) => {
            this.log.push(`commit ${writes.join(' ')}`);
            this.onCommit({ writes, done });
          },
        },
        perform: (output) => {
          this.log.push(output.text);
          this.onPerform(output);
        },
        ask: (question, answer) => {
          this.log.push(`${question.kind} ${question.id}`);
          this.answers.set(question.id, answer);
        },
        failed: (error) => {
          this.log.push(`failed ${error.code}`);
          this.failures.push(error);
        },
        ...host,
      },
      options,
    );
  }

  do(...outputs: ScriptedOutput[]): boolean {
    return this.loop.submit({ kind: 'do', outputs });
  }

  /** The store answers the oldest commit. */
  storeAnswers(error?: unknown): void {
    const commit = this.commits.shift();
    if (commit === undefined) throw new Error('no commit is in flight');
    commit.done(error);
  }
}

export const send = (text: string): ScriptedOutput => ({ kind: 'send', text });
export const sendEarly = (text: string): ScriptedOutput => ({ kind: 'send', text, early: true });
export const persist = (write: string, token?: string): ScriptedOutput =>
  token === undefined ? { kind: 'persist', writes: [write] } : { kind: 'persist', writes: [write], token };
export const lookup = (id: string): ScriptedOutput => ({ kind: 'lookup', id, query: id });
export const seal = (id: string): ScriptedOutput => ({ kind: 'seal', id, content: id });
export const setTimer = (key: string, afterMs: number): ScriptedOutput => ({
  kind: 'setTimer',
  key,
  afterMs,
});
export const clearTimer = (key: string): ScriptedOutput => ({ kind: 'clearTimer', key });
