/** A node of the cluster as its parent sees it: it runs, it has ended, it can be killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { NodePlan } from './cluster-plan.ts';
import { howEnded, type ShownNode } from './cluster-words.ts';

/** What a child says over its channel. */
export type ChildReport =
  | { readonly kind: 'started'; readonly webUrl: string; readonly mqttUrl: string }
  | { readonly kind: 'failed'; readonly message: string };

export interface ClusterChildOptions {
  readonly plan: NodePlan;
  /** `host:port` of the others. */
  readonly join: readonly string[];
  readonly webFolder: string;
  /** Lines that it prints: a node writes to its log, so these are warnings of Node itself, or a crash. */
  readonly printed: (line: string) => void;
  /** It had started, and has ended without being asked to. */
  readonly gone: (how: string) => void;
}

const program = fileURLToPath(new URL('./node-child.ts', import.meta.url));

export class ClusterChild implements ShownNode {
  readonly plan: NodePlan;
  webUrl: string;
  mqttUrl: string;
  readonly #options: ClusterChildOptions;
  #child: ChildProcess | undefined;
  #exited: Promise<void> = Promise.resolve();
  #isStopping = false;

  constructor(options: ClusterChildOptions) {
    const { plan } = options;
    this.#options = options;
    this.plan = plan;
    this.webUrl = `http://127.0.0.1:${plan.http}`;
    this.mqttUrl = `mqtt://127.0.0.1:${plan.mqtt}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Undefined once it is started, or why it could not be. */
  start(): Promise<string | undefined> {
    const { plan, join, webFolder, printed, gone } = this.#options;
    const flags = {
      id: plan.id,
      http: `127.0.0.1:${plan.http}`,
      mqtt: `127.0.0.1:${plan.mqtt}`,
      cluster: `127.0.0.1:${plan.cluster}`,
      join: join.join(','),
      data: plan.data,
    };
    const child = spawn(process.execPath, [...process.execArgv, program, JSON.stringify(flags), webFolder], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    let failure: string | undefined;
    let hasStarted = false;
    for (const stream of [child.stdout, child.stderr]) eachLine(stream, printed);
    const started = new Promise<string | undefined>((resolve) => {
      child.on('message', (report: ChildReport) => {
        if (report.kind === 'started') {
          hasStarted = true;
          this.webUrl = report.webUrl;
          this.mqttUrl = report.mqttUrl;
          return resolve(undefined);
        }
        failure = report.message;
      });
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) =>
        resolve(failure ?? `it ended at once (${howEnded(code, signal)})`),
      );
    });
    this.#exited = new Promise((resolve) => {
      child.once('error', () => resolve());
      child.once('exit', (code, signal) => {
        if (this.#child === child) this.#child = undefined;
        resolve();
        if (hasStarted && !this.#isStopping) gone(failure ?? howEnded(code, signal));
      });
    });
    return started;
  }

  /** As a power cut does. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  /** Asks it to end, and kills it when it takes longer. */
  async stop(mostMs: number): Promise<void> {
    this.#isStopping = true;
    const child = this.#child;
    if (child?.connected === true) child.send('stop', () => {});
    else child?.kill('SIGTERM');
    const late = setTimeout(() => child?.kill('SIGKILL'), mostMs);
    await this.#exited;
    clearTimeout(late);
  }
}

function eachLine(stream: NodeJS.ReadableStream | null, take: (line: string) => void): void {
  let piece = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (text: string) => {
    const lines = (piece + text).split('\n');
    piece = (lines.pop() ?? '').slice(-10_000);
    for (const line of lines) take(line);
  });
}
