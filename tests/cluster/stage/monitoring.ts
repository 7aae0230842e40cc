/** What monitoring of a node says over REST, as far as tests look. */
import type { Alarm, LiveEdge, LiveSensor, ReadingsSeries } from '@bothy/wire';
import type { NodeProcess } from './node-process.ts';

export async function edgesOf(node: NodeProcess): Promise<readonly LiveEdge[]> {
  return (await node.get<{ edges: readonly LiveEdge[] }>('/api/v1/edges')).edges;
}

export async function edgeOf(node: NodeProcess, id: string): Promise<LiveEdge | undefined> {
  return (await edgesOf(node)).find(({ edge }) => edge === id);
}

export async function sensorsOf(node: NodeProcess, id: string): Promise<readonly LiveSensor[]> {
  const { sensors } = await node.get<{ sensors: readonly LiveSensor[] }>('/api/v1/sensors');
  return sensors.filter(({ edge }) => edge === id);
}

export async function alarmsOf(node: NodeProcess): Promise<readonly Alarm[]> {
  return (await node.get<{ alarms: readonly Alarm[] }>('/api/v1/alarms?state=all')).alarms;
}

/** Every stored reading of a sensor in the last hour. */
export async function storedOf(node: NodeProcess, edge: string, sensor: string): Promise<ReadingsSeries> {
  const query = `series=${edge}/${sensor}&from=${Date.now() - 3_600_000}&to=${Date.now() + 60_000}&resolution=raw&points=5000`;
  const { series } = await node.get<{ series: readonly ReadingsSeries[] }>(`/api/v1/readings?${query}`);
  const [found] = series;
  if (found === undefined) throw new Error(`${node.id} has nothing of ${edge}/${sensor}`);
  return found;
}
