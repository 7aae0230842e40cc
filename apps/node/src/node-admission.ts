/**
 * What decides who is let in, the same for REST, WebSocket and MQTT: a proof is good once, whichever way it comes, and an
 * address has one allowance of sign-ins.
 */
import { SignInRate, UsedNonces } from '@bothy/identity';
import { nodeClock } from '@bothy/runtime/node';
import type { PersonId } from '@bothy/wire';
import { isLoopback, type NodeConfig } from './config.ts';
import type { KeptKeys } from './directory/kept-keys.ts';
import { hostsOf } from './request-guard.ts';

/** Where it listens; 0 until it does. */
export interface NodePorts {
  http: number;
  mqtt: number;
  mqtts?: number;
}

export interface NodeAdmission {
  readonly tokens: { readonly node: string; readonly keyPair: CryptoKeyPair };
  readonly nonces: UsedNonces;
  /** Every `host:port` at which this node is reached: what a proof is made for, and what a request may ask for. */
  readonly audiences: () => readonly string[];
  /** Nobody but who is on this machine can reach it. */
  readonly onlyLocal: () => boolean;
  readonly isKeptOut: (person: PersonId) => boolean;
  /** Whether this address may try to sign in now. */
  readonly mayTry: (address: string) => boolean;
}

export interface NodeAdmissionOptions {
  readonly config: NodeConfig;
  readonly keyPair: CryptoKeyPair;
  readonly keys: KeptKeys;
  readonly ports: Readonly<NodePorts>;
  readonly extraHosts: readonly string[];
}

export function nodeAdmission(options: NodeAdmissionOptions): NodeAdmission {
  const { config, keyPair, keys, ports, extraHosts } = options;
  // Who serves a network does so behind an address translation as well: then nobody counts as local.
  const bound = [config.http, config.mqtt, ...(config.tls === undefined ? [] : [config.mqtts])];
  const rate = new SignInRate();
  return {
    tokens: { node: config.id, keyPair },
    nonces: new UsedNonces(),
    audiences: () => [
      ...hostsOf(config.http.host, ports.http),
      ...hostsOf(config.mqtt.host, ports.mqtt),
      ...(ports.mqtts === undefined ? [] : hostsOf(config.mqtts.host, ports.mqtts)),
      ...config.hosts,
      ...extraHosts,
    ],
    onlyLocal: () => !config.lan && bound.every(({ host }) => isLoopback(host)),
    isKeptOut: (person) => keys.isOut(person),
    mayTry: (address) => rate.allows(address, nodeClock.monoMs()),
  };
}
