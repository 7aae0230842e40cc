/** A value that a program prints. It runs in a process group of its own, so that giving it up ends its children too. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { CommandOptions } from '../driver-options.ts';
import { type JsonPath, numberAt, parseJsonAnswer, parseJsonPath } from '../json-path.ts';
import type { SensorDriver, SensorValue } from '../sensor-driver.ts';

const mostBytes = 64 * 1024;

export class CommandDriver implements SensorDriver {
  readonly #options: CommandOptions;
  readonly #path: JsonPath | undefined;
  readonly #match: RegExp | undefined;
  #running: ChildProcess | undefined;

  constructor(options: CommandOptions) {
    this.#options = options;
    this.#path = options.path === undefined ? undefined : parseJsonPath(options.path);
    if (options.path !== undefined && this.#path === undefined) {
      throw new Error(`"${options.path}" is no path such as main.temp or sensors[0].value.`);
    }
    this.#match = options.match === undefined ? undefined : new RegExp(options.match, 'm');
  }

  async read(signal: AbortSignal): Promise<SensorValue> {
    const text = await this.#run(signal);
    return { value: this.#valueIn(text) };
  }

  stop(): void {
    endGroup(this.#running);
  }

  #run(signal: AbortSignal): Promise<string> {
    const [program, ...args] = this.#options.command;
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
      this.#running = child;
      const fail = (sentence: string): void => {
        reject(new Error(sentence));
        endGroup(child);
      };
      const texts = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const) {
        child[name].setEncoding('utf8').on('data', (text: string) => {
          texts[name] += text;
          if (texts[name].length > mostBytes) fail(`${program} prints more than ${mostBytes} bytes.`);
        });
      }
      const abort = (): void => fail(`${program} takes too long.`);
      signal.addEventListener('abort', abort, { once: true });
      child.once('error', (error) => fail(`${program} cannot be run: ${error.message}`));
      child.once('close', (code, endedBy) => {
        signal.removeEventListener('abort', abort);
        if (this.#running === child) this.#running = undefined;
        const said = texts.stderr.trim().split('\n').at(-1)?.slice(0, 120) ?? '';
        if (code === 0) resolve(texts.stdout);
        else fail(`${program} ended with ${code ?? endedBy}${said === '' ? '' : `: ${said}`}`);
      });
    });
  }

  #valueIn(text: string): number {
    if (this.#path !== undefined) return numberAt(parseJsonAnswer(text), this.#path);
    const pattern = this.#match ?? /(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)/;
    const found = pattern.exec(text)?.[1];
    const value = Number(found);
    if (found === undefined || !Number.isFinite(value)) {
      throw new Error(`No number was found in what it printed: ${text.trim().slice(0, 60)}`);
    }
    return value;
  }
}

function endGroup(child: ChildProcess | undefined): void {
  if (child?.pid === undefined) return;
  try {
    // The group outlives its first process while a child of that runs, and holds our pipe.
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
