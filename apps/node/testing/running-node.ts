/** Real nodes on free ports for tests, and people who sign in to them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalIdentity, makeProof } from '@bothy/identity';
import { httpRequest, temporaryFolder } from '@bothy/testkit';
import { deviceKey } from '@bothy/wire';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterEach, expect } from 'vitest';
import {
  type ConfigTexts,
  parseConfig,
  type RunningNode,
  type StartOptions,
  startNode,
} from '../src/index.ts';

export interface NodeFixture {
  /** A node of its own data folder, unless `flags` names one. Stopped after the test. */
  start(flags?: ConfigTexts, options?: StartOptions): Promise<RunningNode>;
  /** A new folder, removed after the test. */
  folder(): string;
}

export function nodeFixture(): NodeFixture {
  const running: RunningNode[] = [];
  const folders: ReturnType<typeof temporaryFolder>[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((node) => node.stop()));
    for (const each of folders.splice(0)) each.remove();
  });
  const folder = (): string => {
    const made = temporaryFolder();
    folders.push(made);
    return made.path;
  };
  return {
    folder,
    start: async (flags = {}, options = {}) => {
      const texts = { http: '0', mqtt: '0', cluster: '0', id: 'hut', data: flags.data ?? folder(), ...flags };
      const node = await startNode(parseConfig(texts, {}), options);
      running.push(node);
      return node;
    },
  };
}

/** How many nodes this one sees up, and how many are in its directory. Alone, before it finds the others, it has one of its own. */
async function seen(node: Pick<RunningNode, 'webUrl'>): Promise<readonly [number, number]> {
  const { nodes, directory } = JSON.parse((await httpRequest(`${node.webUrl}/api/v1/cluster`)).text) as {
    readonly nodes: readonly { readonly health: string }[];
    readonly directory: { readonly voters: readonly string[]; readonly learners: readonly string[] };
  };
  const up = nodes.filter(({ health }) => health === 'up').length;
  return [up, directory.voters.length + directory.learners.length];
}

/** Waits until these are one cluster with one directory, of which each of them knows. */
export async function joined(...nodes: readonly Pick<RunningNode, 'webUrl'>[]): Promise<void> {
  for (const node of nodes) await expect.poll(() => seen(node)).toEqual([nodes.length, nodes.length]);
}

/** A web app as small as it can be, below this folder. */
export function writeWebApp(folder: string): void {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>The app</title>');
  writeFileSync(join(folder, 'assets', 'app-1a2b3c.js'), 'start();');
}

/** Signs in over REST by challenge and response. `audience` is the node as the client reached it. */
export async function signIn(
  node: RunningNode,
  identity: LocalIdentity,
  audience = new URL(node.webUrl).host,
): Promise<{ status: number; body: { token?: string; code?: string; [member: string]: unknown } }> {
  const challenge = await httpRequest(`${node.webUrl}/api/v1/session/challenge`, { method: 'POST' });
  const { nonce } = JSON.parse(challenge.text);
  const proof = await makeProof({ identity, audience, now: Date.now(), nonce });
  return await postSession(node, { proof });
}

export async function postSession(
  node: RunningNode,
  body: unknown,
): Promise<{ status: number; body: { token?: string; code?: string; [member: string]: unknown } }> {
  const { status, text } = await httpRequest(`${node.webUrl}/api/v1/session`, { method: 'POST', body });
  return { status, body: JSON.parse(text) };
}

/** An MQTT client, with a token or a proof as password. Rejects with the broker's refusal. */
export async function connectMqtt(
  url: string,
  identity: LocalIdentity,
  password: string,
): Promise<MqttClient> {
  return await connectAsync(
    url,
    {
      clientId: deviceKey(identity),
      username: identity.name,
      password,
      protocolVersion: 4,
      reconnectPeriod: 0,
    },
    false,
  );
}
