/** Devices and dashboards of a node, for tests. */
import { httpRequest } from '@bothy/testkit';
import type { EdgeStatus } from '@bothy/wire';
import { connectAsync, type MqttClient } from 'mqtt';
import { onTestFinished } from 'vitest';
import type { RunningNode } from '../src/index.ts';
import { type Heard, RoomClient } from './room-client.ts';

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at what a client would see
  readonly body: any;
}

/** Asks `/api/v1`; the body is the text where it is no JSON. */
export async function api(
  node: Pick<RunningNode, 'webUrl'>,
  path: string,
  options: { readonly method?: string; readonly body?: unknown; readonly token?: string | undefined } = {},
): Promise<Answer> {
  const { method = options.body === undefined ? 'GET' : 'POST', body, token } = options;
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await httpRequest(`${node.webUrl}/api/v1/${path}`, { method, headers, body });
  const isJson = answer.headers['content-type']?.startsWith('application/json') === true;
  return { status: answer.status, body: isJson ? JSON.parse(answer.text) : answer.text };
}

/** A device without credentials; closed after the test. */
export async function device(node: Pick<RunningNode, 'mqttUrl'>, clientId: string): Promise<MqttClient> {
  const client = await connectAsync(node.mqttUrl, { clientId, reconnectPeriod: 0, protocolVersion: 4 });
  // What some tests are about ends a connection.
  client.on('error', () => {});
  onTestFinished(async () => {
    await client.endAsync(true);
  });
  return client;
}

/** A reading as the documents' own devices send it. */
export async function publish(
  client: MqttClient,
  node: string,
  sensor: string,
  value: unknown,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const timestamp = new Date().toISOString();
  const payload = { sensor, value, timestamp, node, event: false, event_type: null, ...more };
  await client.publishAsync(`env/${sensor}/raw`, JSON.stringify(payload), { qos: 1 });
}

export async function sayStatus(
  client: MqttClient,
  status: Partial<EdgeStatus> & { readonly node: string },
): Promise<void> {
  const whole = { v: 1, state: 'online', boot: 1, at: new Date().toISOString(), ...status };
  await client.publishAsync(`edge/${status.node}/status`, JSON.stringify(whole), { qos: 1, retain: true });
}

type Params = Readonly<Record<string, unknown>>;

/** A page that follows what a node shows. */
export class Dashboard {
  readonly client: RoomClient;
  readonly snapshot: Params;

  private constructor(client: RoomClient, snapshot: Params) {
    this.client = client;
    this.snapshot = snapshot;
  }

  static async open(node: RunningNode, subscription: Params = {}, name = 'watcher'): Promise<Dashboard> {
    const client = await RoomClient.open(node, name);
    const { snapshot } = await client.call('telemetry.subscribe', subscription);
    return new Dashboard(client, snapshot as Params);
  }

  /** Waits for a reading of a sensor with this value, or a snapshot that had it. */
  async reading(sensor: string, value: number): Promise<void> {
    const isIt = ({ method, params }: Heard): boolean =>
      method === 'telemetry.tick' &&
      ((params?.readings ?? []) as [string, string, number, number][]).some(
        ([edge, name, , seen]) => `${edge}/${name}` === sensor && seen === value,
      );
    await this.client.until(isIt);
  }

  /** Waits for an alarm as it is to be. */
  async alarm(wanted: Params): Promise<Params> {
    const isIt = ({ method, params }: Heard): boolean =>
      method === 'alarm.changed' &&
      Object.entries(wanted).every(([name, value]) => ((params?.alarm ?? {}) as Params)[name] === value);
    return (await this.client.until(isIt)).params?.alarm as Params;
  }
}
