/** A command of `bothy` in a process of its own that goes on until it is ended, and may be started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const program = join(repository, 'apps', 'cli', 'src', 'main.ts');

/** Should the tests themselves be ended, nothing of them goes on. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export interface BothyStart {
  /** The command and its flags. */
  readonly args: readonly string[];
  /** What it prints once it serves. */
  readonly readyText: string;
  /** Flags of Node itself. */
  readonly nodeArgs?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export class BothyProcess {
  readonly #id: string;
  #child: ChildProcess | undefined;
  #output = '';

  constructor(id: string) {
    this.#id = id;
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error(`${this.#id} does not run`);
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined;
  }

  /** What it printed, over all its starts. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when it serves. Rejects with what it printed when it ends instead. */
  async start({ args, readyText, nodeArgs = [], environment = {} }: BothyStart): Promise<void> {
    const child = spawn(process.execPath, [...nodeArgs, program, ...args], {
      cwd: repository,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    running.add(child);
    child.once('exit', () => running.delete(child));
    await new Promise<void>((resolve, reject) => {
      let said = '';
      const hear = (bytes: Buffer): void => {
        said += bytes;
        this.#output += bytes;
        if (said.includes(readyText)) resolve();
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.once('close', () => {
        if (this.#child === child) this.#child = undefined;
        reject(new Error(`${this.#id} has ended: ${said}`));
      });
    });
  }

  /** Ends it at once, as a power cut does; or asks it to stop. Resolves when it has ended. */
  async end(signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill(signal);
    await ended;
    this.#child = undefined;
  }
}
