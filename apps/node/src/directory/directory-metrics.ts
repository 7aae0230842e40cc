/** The replicated directory in Prometheus' text format. docs/reference/metrics.md lists them. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { DirectoryCounts, DirectoryHost } from './directory-host.ts';

const states = ['ready', 'seeking', 'stale', 'joining'] as const;
const counters: Readonly<Record<keyof DirectoryCounts, readonly [name: string, help: string]>> = {
  leaderChanges: ['leader_changes', 'Other leaders than before, as this node has seen them'],
  refused: ['refused_commands', 'Commands that this node gave and that were refused'],
  commands: ['commands', 'Commands that this node gave'],
};

export function directoryMetrics(directory: DirectoryHost, registers: Registry[]): void {
  const gauge = (name: string, help: string, read: () => number): void => {
    new Gauge({
      name: `bothy_directory_${name}`,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge('term', 'Term of the directory: rises with each election', () => directory.view?.term ?? 0);
  gauge(
    'applied_index',
    'Entries of the log that this node has carried out',
    () => directory.view?.applied ?? 0,
  );
  gauge('voters', 'Nodes that count', () => directory.view?.voters.length ?? 0);
  gauge(
    'survives',
    'Nodes that may be lost before commands are refused',
    () => directory.view?.survives ?? 0,
  );
  gauge('is_leader', 'Whether this node leads', () => Number(directory.view?.role === 'leader'));
  new Gauge({
    name: 'bothy_directory_state',
    help: 'How the directory stands here, 1 for the state that holds',
    labelNames: ['state'],
    registers,
    collect() {
      for (const state of states) this.set({ state }, Number(directory.view?.state === state));
    },
  });
  for (const key of Object.keys(counters) as (keyof DirectoryCounts)[]) {
    const [name, help] = counters[key];
    new Counter({
      name: `bothy_directory_${name}_total`,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(directory.counts[key]);
      },
    });
  }
}
