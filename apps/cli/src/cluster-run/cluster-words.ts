/** What `bothy cluster run` says. */
import { type Columns, foldedLines, tableLines } from '../fitted-lines.ts';
import type { NodePlan } from './cluster-plan.ts';

export interface ShownNode {
  readonly plan: NodePlan;
  /** Undefined while it does not run. */
  readonly pid: number | undefined;
  readonly webUrl: string;
  readonly mqttUrl: string;
}

export interface TableOptions {
  /** Whether somebody can press keys. */
  readonly keys: boolean;
  readonly hasWeb: boolean;
  /** Of the terminal. */
  readonly columns?: Columns;
}

/** A table of the nodes, and how to try things out. */
export function clusterTable(nodes: readonly ShownNode[], { keys, hasWeb, columns }: TableOptions): string {
  // The folders are told below: with them no row would fit into 80 columns.
  const head = ['node', 'web app', 'MQTT', 'cluster', 'process'];
  const rows = nodes.map(({ plan, pid, webUrl, mqttUrl }) => [
    plan.id,
    webUrl,
    mqttUrl.replace(/^mqtt:\/\//, ''),
    `127.0.0.1:${plan.cluster}`,
    pid === undefined ? 'ended' : String(pid),
  ]);
  const many = nodes.length === 1 ? 'one node' : `${nodes.length} nodes, which are one`;
  const fold = (line: string): string[] => foldedLines(line, columns);
  return [
    '',
    ...fold(`  Bothy runs as ${many}`),
    '',
    ...tableLines({ head, rows, indent: 4 }, columns),
    '',
    ...nodes.flatMap(({ plan }) => fold(`  ${plan.id} keeps its data in ${plan.data}`)),
    '',
    ...(hasWeb ? [] : fold('  The web app is not built yet: leave --no-build away.')),
    ...fold(`  ${keys ? `${keysHelp(nodes.length)} ` : ''}Stop all with Ctrl-C.`),
    '',
  ].join('\n');
}

function keysHelp(count: number): string {
  const which = count === 1 ? '1' : `1 to ${count}`;
  return `Press ${which} to kill that node at once, as a power cut does, and again to start it; ? shows this table.`;
}

/** A node has ended that nobody has stopped. */
export function goneLine(number: number, how: string, keys: boolean): string {
  return `n${number} is gone (${how})${keys ? `; press ${number} to start it again` : ''}`;
}

export function howEnded(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : signal;
}

export type KeyWish = 'stop' | 'table' | { readonly node: number };

/** What a key means; undefined for one that means nothing. Ctrl-C comes as a key while keys are read singly. */
export function wishOf(key: string, count: number): KeyWish | undefined {
  if (key === '\u0003' || key === 'q') return 'stop';
  if (key === '?') return 'table';
  const number = /^[1-9]$/.test(key) ? Number(key) : 0;
  return number >= 1 && number <= count ? { node: number } : undefined;
}
