/** `bothy cluster run`: several nodes on one machine, each a process of its own, to see what a cluster does. */
import { resolve } from 'node:path';
import { styleText } from 'node:util';
import { isChosen, parseLogLine, prettyLine, readLog } from '@bothy/node/logs';
import { BothyError } from '@bothy/wire';
import type { Columns } from '../fitted-lines.ts';
import { listenForStop } from '../stop-signals.ts';
import { ensureWeb, repositoryRoot, webBuildFolders, webBuildState } from '../web-build.ts';
import { ClusterChild } from './cluster-child.ts';
import { type ClusterWish, planNodes } from './cluster-plan.ts';
import { clusterTable, goneLine, wishOf } from './cluster-words.ts';

export interface RunClusterOptions {
  readonly wish: ClusterWish;
  /** Build the web app first when its sources changed. */
  readonly build: boolean;
  readonly print: (line: string) => void;
  /** The terminal that keys are read from; undefined when there is none. */
  readonly terminal: NodeJS.ReadStream | undefined;
  /** How wide what is printed may be now: a window changes its size. */
  readonly columns: () => Columns;
  readonly colour: boolean;
}

/** A node that takes longer to stop is killed: its store is durable at every moment. */
const mostStopMs = 1_500;
const colours = ['cyan', 'magenta', 'green', 'blue', 'yellow', 'cyan', 'magenta'] as const;

/** Ends when somebody has stopped it. Throws a `BothyError` when a node cannot start; nothing is left running then. */
export async function runCluster(options: RunClusterOptions): Promise<void> {
  const { wish, build, print, terminal, columns, colour } = options;
  const folders = webBuildFolders(repositoryRoot);
  if (build) await ensureWeb(folders, print);
  const sinceMs = Date.now();
  const plans = await planNodes({ ...wish, data: resolve(wish.data) });
  const keys = terminal !== undefined;
  let isRunning = false;
  const tell = (number: number, line: string): void => {
    const colourName = colours[number - 1] ?? 'cyan';
    const text = `n${number} │`;
    const prefix = colour ? styleText(colourName, text, { validateStream: false }) : text;
    print(`${prefix} ${line}`);
  };
  const children = plans.map((plan, index) => {
    const others = plans.filter((other) => other !== plan);
    return new ClusterChild({
      plan,
      join: others.map((other) => `127.0.0.1:${other.cluster}`),
      webFolder: folders.output,
      printed: (line) => tell(index + 1, line),
      gone: (how) => {
        if (isRunning) print(goneLine(index + 1, how, keys));
      },
    });
  });
  const signals = listenForStop(
    process,
    () => performance.now(),
    () => process.exit(130),
  );
  const logsEnd = new AbortController();
  const views: Promise<void>[] = [];
  const stopAll = async (): Promise<void> => {
    isRunning = false;
    await Promise.all(children.map((child) => child.stop(mostStopMs)));
    // The last lines come before the last word.
    logsEnd.abort();
    await Promise.all(views);
  };
  const failures = await Promise.all(children.map((child) => child.start()));
  const failed = failures.findIndex((failure) => failure !== undefined);
  if (failed >= 0) {
    await stopAll();
    throw new BothyError('setup_failed', `The node n${failed + 1} does not start: ${failures[failed]}`);
  }
  isRunning = true;
  const showTable = (): void => {
    const hasWeb = webBuildState(folders) !== 'missing';
    print(clusterTable(children, { keys, hasWeb, columns: columns() }));
  };
  showTable();
  for (const [index, { data }] of plans.entries()) {
    const take = (line: string): void => tell(index + 1, line);
    views.push(showLog(data, { sinceMs, colour, signal: logsEnd.signal, take }));
  }
  const pressed =
    terminal === undefined ? undefined : readKeys(terminal, children, { print, showTable, tell });
  await Promise.race([signals.requested, ...(pressed === undefined ? [] : [pressed.stopWish])]);
  pressed?.release();
  print('\nStopping …');
  await stopAll();
  signals.release();
  print('Stopped.');
}

interface LogView {
  readonly sinceMs: number;
  readonly colour: boolean;
  readonly signal: AbortSignal;
  readonly take: (line: string) => void;
}

/** What the node writes to its log from now on. */
async function showLog(folder: string, { sinceMs, colour, signal, take }: LogView): Promise<void> {
  try {
    for await (const text of readLog({ folder, follow: true, signal })) {
      const line = parseLogLine(text);
      if (line !== undefined && isChosen(line, { sinceMs })) take(prettyLine(line, { colour, day: false }));
    }
  } catch (thrown) {
    take(BothyError.from(thrown).message);
  }
}

interface KeyTexts {
  readonly print: (line: string) => void;
  readonly showTable: () => void;
  readonly tell: (number: number, line: string) => void;
}

function readKeys(
  terminal: NodeJS.ReadStream,
  children: readonly ClusterChild[],
  { print, showTable, tell }: KeyTexts,
): { readonly stopWish: Promise<void>; readonly release: () => void } {
  let stop: () => void = () => {};
  const stopWish = new Promise<void>((done) => {
    stop = done;
  });
  const press = (key: string): void => {
    const wish = wishOf(key, children.length);
    if (wish === 'stop') return stop();
    if (wish === 'table') return showTable();
    const child = wish === undefined ? undefined : children[wish.node - 1];
    if (wish === undefined || child === undefined) return;
    if (child.pid !== undefined) return child.kill();
    print(`n${wish.node} starts …`);
    void child.start().then((failure) => {
      tell(wish.node, failure === undefined ? `runs again at ${child.webUrl}` : `does not start: ${failure}`);
    });
  };
  const take = (keys: string): void => {
    for (const key of keys) press(key);
  };
  terminal.setRawMode(true);
  terminal.setEncoding('utf8');
  terminal.on('data', take);
  return {
    stopWish,
    release: () => {
      terminal.off('data', take);
      terminal.setRawMode(false);
      terminal.pause();
    },
  };
}
