/** Runs a real program to its end, for tests against ordinary tools. */
import { spawn } from 'node:child_process';
import { findProgram } from './programs.ts';

export interface ProgramResult {
  /** Exit code; undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly output: string;
  readonly errors: string;
}

/** `end` stops a program that would go on. */
export function runProgram(
  command: string,
  args: readonly string[],
): { readonly result: Promise<ProgramResult>; readonly end: () => void } {
  const path = findProgram([command]);
  if (path === undefined) {
    throw new Error(`${command} was not found: npm test installs it, or names its package.`);
  }
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8');
  const result = new Promise<ProgramResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code: code ?? undefined, output: text(output), errors: text(errors) });
    });
  });
  return { result, end: () => void child.kill() };
}
