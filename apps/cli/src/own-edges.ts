/**
 * The edges that `bothy up` runs beside its node, so that a first dashboard has something to show: one that watches this
 * machine, and with `--demo` two greenhouses that are not there. They are ordinary edges, and speak to the node over MQTT
 * as any other; they share its process, for one of their own would take 60 MB.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { openEdgeLog, type RunningEdge, startEdge } from '@bothy/edge';
import { demoGreenhouses, type EdgeSetup, hostSetup } from '@bothy/edge/config';

export interface OwnEdgesOptions {
  /** Names the edge that watches this machine. */
  readonly node: string;
  readonly mqttUrl: string;
  readonly dataFolder: string;
  readonly host: boolean;
  readonly demo: boolean;
}

export interface OwnEdges {
  readonly ids: readonly string[];
  stop(): Promise<void>;
}

/** Throws a `BothyError` that says what to do; nothing is left running then. */
export async function startOwnEdges(options: OwnEdgesOptions): Promise<OwnEdges> {
  const { node, mqttUrl: url, dataFolder, host, demo } = options;
  const common = { broker: { url }, dataFolder, enrolled: false, logLevel: 'warn' } as const;
  const setups: EdgeSetup[] = [
    ...(host ? [{ ...common, id: node, ...(await hostSetup()) }] : []),
    ...(demo ? demoGreenhouses.map((greenhouse) => ({ ...common, ...greenhouse })) : []),
  ];
  // Few lines a year: warnings only. Started anew each time, so that it stays small.
  const file = openSync(join(dataFolder, 'own-edges.log'), 'w', 0o600);
  const log = { write: (line: string) => void writeSync(file, line) };
  const edges: RunningEdge[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(edges.map((edge) => edge.stop()));
    closeSync(file);
  };
  try {
    for (const setup of setups) edges.push(startEdge(setup, { log: openEdgeLog(setup, log), inline: true }));
  } catch (thrown) {
    await stop();
    throw thrown;
  }
  return { ids: edges.map(({ id }) => id), stop };
}
