/** An edge as a user starts it: a process of its own, that can be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const cli = join(repository, 'apps', 'cli', 'src', 'main.ts');

export interface LoneEdge {
  readonly child: ChildProcess;
  /** All it has written so far: lines of JSON. */
  readonly output: () => string;
  /** How often it has written this. */
  count(text: string): number;
  /** Resolves once it holds; asked with everything that it writes. Rejects when it ends before that. */
  until(condition: () => boolean): Promise<void>;
  /** Resolves once a line holds this text. */
  said(text: string): Promise<void>;
  kill(): Promise<void>;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
}

export function startLoneEdge(args: readonly string[], env: NodeJS.ProcessEnv = {}): LoneEdge {
  const child = spawn(process.execPath, [cli, 'edge', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Not `exit`, behind which there may be output that was not read yet.
  const ended = once(child, 'close') as Promise<[number | null]>;
  let output = '';
  let heard: () => void = () => undefined;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      heard();
    });
  }
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    const [code] = await ended;
    return code;
  };
  const count = (text: string): number => output.split(text).length - 1;
  let isOver = false;
  void ended.then(() => {
    isOver = true;
    heard();
  });
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) {
      if (isOver) throw new Error(`the edge ended too early: ${output}`);
      await new Promise<void>((resolve) => {
        heard = resolve;
      });
    }
  };
  return {
    child,
    output: () => output,
    count,
    until,
    said: (text) => until(() => count(text) > 0),
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}
