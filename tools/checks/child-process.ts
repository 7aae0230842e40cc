/** Runs a program for a check, with its output shown as it comes or kept. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const repositoryRoot: string = fileURLToPath(new URL('../../', import.meta.url));

/** Enough for any message, so that a chatty program cannot fill the memory. */
const keptOutputChars = 1_000_000;

export interface ChildResult {
  /** The exit code; 1 when a signal ended it or it could not be started. */
  readonly code: number;
  /** Standard output and error, interleaved; empty when they were shown. */
  readonly output: string;
}

export interface ChildOptions {
  /** Show the output as it comes instead of keeping it. @default false */
  readonly show?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

export function runChild(
  command: string,
  args: readonly string[],
  options: ChildOptions = {},
): Promise<ChildResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: repositoryRoot,
      env: { ...process.env, ...options.env },
      stdio: options.show === true ? ['ignore', 'inherit', 'inherit'] : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk: string): void => {
      output = (output + chunk).slice(-keptOutputChars);
    };
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    child.once('error', (error) => resolve({ code: 1, output: `${command}: ${error.message}\n` }));
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** Runs a JavaScript or TypeScript file of the repository with this Node. */
export function runNode(file: string, args: readonly string[], options?: ChildOptions): Promise<ChildResult> {
  return runChild(process.execPath, [file, ...args], options);
}
