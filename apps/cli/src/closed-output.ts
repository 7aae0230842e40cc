/** What becomes of a command whose output nobody reads any more: `| head` has ended, or the terminal is closed. */

export interface Output {
  on(event: 'error', listener: (error: Error) => void): unknown;
}

/** For what only shows something: who reads through `head` has read enough. */
export function endWithReader(output: Output, exit: (code: number) => void = process.exit): void {
  output.on('error', () => exit(0));
}

/** For what is to run on, and to end in order: what it would print is lost. Throws nothing later either. */
export function outliveReader(...outputs: readonly Output[]): void {
  for (const output of outputs) output.on('error', () => {});
}
