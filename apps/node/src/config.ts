/** What a node is started with: defaults, then `BOTHY_*` variables, then flags (design, section 4). */
import { hostname } from 'node:os';
import { parseBrokerUrl } from '@bothy/broker';
import { type DeviceFormatName, deviceFormats } from '@bothy/telemetry/formats/names';
import { BothyError } from '@bothy/wire';
import * as z from 'zod/mini';
import { LocalZone } from './local-zone.ts';
import { defaultLogLevel, type LogLevels, logAreas, parseLogLevels } from './logs/log-levels.ts';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

export interface NodeConfig {
  /** Names this node to others and in logs. */
  readonly id: string;
  readonly http: ListenAddress;
  readonly mqtt: ListenAddress;
  /** Whether it serves the local network: HTTPS and MQTT over TLS, with a certificate of its own authority. */
  readonly lan: boolean;
  /** Where plain HTTP shows how to install the authority. Used with `lan` only. */
  readonly guide: ListenAddress;
  /** A broker that runs elsewhere, in place of the embedded one: `mqtt://host:port`. */
  readonly broker: string | undefined;
  /** Folder of everything the node keeps. */
  readonly data: string;
  /** Whether an address beyond this machine may be bound without TLS. */
  readonly insecure: boolean;
  /** Files of a certificate and its key: HTTPS, and MQTT over TLS beside plain MQTT. */
  readonly tls: readonly [certificate: string, key: string] | undefined;
  /** Where MQTT clients connect over TLS. Used with `tls` only. */
  readonly mqtts: ListenAddress;
  /** Guests beyond this machine. On loopback they are always allowed. */
  readonly allowGuests: boolean;
  /** Whether new names may be claimed by anybody, by whom was invited, or by nobody. */
  readonly registration: 'open' | 'invite' | 'closed';
  /** Further `host` or `host:port` values under which browsers reach this node, such as a proxy's. */
  readonly hosts: readonly string[];
  /** How long the broker keeps what waits for a client that is away: 1 to 365 days of the node's running time. */
  readonly sessionDays: number;
  /** What one MQTT client may publish for long, in messages a second: 1 to 100,000. */
  readonly publishRate: number;
  /** Where other nodes of the cluster connect. */
  readonly cluster: ListenAddress;
  /** `host:port` of other nodes to announce to; any one of the cluster is enough. */
  readonly join: readonly string[];
  /** What every node of the cluster knows: their certificates are made from it. Undefined on one machine only. */
  readonly clusterSecret: string | undefined;
  /** Files of own certificates (`certificate,key,authority`) instead of a secret. */
  readonly clusterTls: readonly [certificate: string, key: string, authority: string] | undefined;
  /** Days of single readings that are kept; their rollups stay longer. */
  readonly telemetryDays: number;
  /** The time zone of devices that name none, and of hours in rules and routes; undefined: the machine's. */
  readonly zone: string | undefined;
  /** A file with the rules of this node, one on a line; undefined: those that were set over REST. */
  readonly rules: string | undefined;
  /** The mail server for alarms, with sender and password; undefined: no mail is sent. */
  readonly smtpUrl: string | undefined;
  /** Which lines the log takes. */
  readonly logLevels: LogLevels;
  /** Formats of devices that become sensors. */
  readonly formats: readonly DeviceFormatName[];
  /** Where traces are sent, with the path; undefined sends none. */
  readonly otlp: string | undefined;
}

/** Flags as text, by their names without dashes: `{ http: '9000' }`. */
export type ConfigTexts = Readonly<Partial<Record<ConfigName, string | undefined>>>;
export const configNames = [
  'id',
  'http',
  'mqtt',
  'tls',
  'mqtts',
  'lan',
  'guide',
  'broker',
  'data',
  'insecure',
  'allow-guests',
  'registration',
  'hosts',
  'session-days',
  'publish-rate',
  'cluster',
  'join',
  'cluster-secret',
  'cluster-tls',
  'telemetry-days',
  'zone',
  'rules',
  'smtp-url',
  'formats',
  'log-level',
  'otlp',
] as const;
export type ConfigName = (typeof configNames)[number];

const defaults = {
  http: '127.0.0.1:8080',
  mqtt: '127.0.0.1:1883',
  mqtts: '127.0.0.1:8883',
  guide: '127.0.0.1:8080',
  cluster: '127.0.0.1:7070',
  data: './.bothy',
  registration: 'open',
  sessionDays: '7',
  publishRate: '1000',
  telemetryDays: '30',
} as const;

/** In the local network: the customary ports of HTTPS beside a web server, and of MQTT over TLS. */
const lanDefaults = { http: '8443', mqtt: '8883', mqtts: '8883', guide: '8080' } as const;

const idSchema = z.string().check(z.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/));
const registrationSchema = z.enum(['open', 'invite', 'closed']);

/** Throws `configuration_invalid` with a sentence that names the flag. */
export function parseConfig(flags: ConfigTexts, environment: NodeJS.ProcessEnv): NodeConfig {
  const text = (name: ConfigName): string | undefined =>
    flags[name] ?? environment[`BOTHY_${name.toUpperCase().replaceAll('-', '_')}`];
  const lan = flag('lan', text('lan'));
  const listen = (name: 'http' | 'mqtt' | 'mqtts' | 'guide'): ListenAddress =>
    address(name, text(name) ?? (lan ? lanDefaults : defaults)[name], lan ? '0.0.0.0' : '127.0.0.1');
  const config: NodeConfig = {
    id: checked('id', idSchema, text('id') ?? defaultId(), 'letters, digits, dots and dashes, up to 63'),
    lan,
    http: listen('http'),
    mqtt: listen('mqtt'),
    tls: files('tls', text('tls'), ['certificate', 'key']),
    mqtts: listen('mqtts'),
    guide: listen('guide'),
    broker: brokerUrl(text('broker')),
    data: text('data') ?? defaults.data,
    insecure: flag('insecure', text('insecure')),
    allowGuests: flag('allow-guests', text('allow-guests')),
    registration: checked(
      'registration',
      registrationSchema,
      text('registration') ?? defaults.registration,
      'open, invite or closed',
    ),
    hosts: hostList(text('hosts') ?? ''),
    sessionDays: wholeNumber('session-days', text('session-days') ?? defaults.sessionDays, 365),
    publishRate: wholeNumber('publish-rate', text('publish-rate') ?? defaults.publishRate, 100_000),
    cluster: address('cluster', text('cluster') ?? defaults.cluster, '127.0.0.1'),
    join: joinList(text('join') ?? ''),
    clusterSecret: clusterSecret(text('cluster-secret')),
    clusterTls: files('cluster-tls', text('cluster-tls'), ['certificate', 'key', 'authority']),
    telemetryDays: wholeNumber('telemetry-days', text('telemetry-days') ?? defaults.telemetryDays, 3_650),
    zone: zoneName(text('zone')),
    rules: text('rules') || undefined,
    smtpUrl: text('smtp-url') || undefined,
    formats: formatList(text('formats') ?? ''),
    logLevels: logLevels(text('log-level') || defaultLogLevel),
    otlp: collector(text('otlp'), environment),
  };
  if (lan && config.tls !== undefined) {
    throw new BothyError(
      'configuration_invalid',
      'Give --lan or --tls, not both: --lan has its own certificate.',
    );
  }
  const safe = lan || config.insecure;
  if (!safe && config.tls === undefined && !isLoopback(config.http.host)) refuseBinding('http', config.http);
  if (!safe && !isLoopback(config.mqtt.host)) refuseBinding('mqtt', config.mqtt);
  checkCluster(config);
  return config;
}

export function servesHttps({ lan, tls }: NodeConfig): boolean {
  return lan || tls !== undefined;
}

/** Whether an address is reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** The host's name, made to fit an id. */
function defaultId(): string {
  const name = hostname()
    .replaceAll(/[^A-Za-z0-9._-]/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '');
  return name.slice(0, 63) || 'node';
}

/** `8080`, `127.0.0.1:8080` or `[::1]:8080`; `bareHost` is what a bare number means. */
function address(name: ConfigName, text: string, bareHost: string): ListenAddress {
  const parts = /^(?:(?:\[([0-9a-fA-F:]+)\]|([^[\]:]+)):)?(\d{1,5})$/.exec(text);
  const port = Number(parts?.[3]);
  if (parts === null || port > 65_535) {
    throw invalid(name, text, 'a port, or host:port such as 127.0.0.1:8080');
  }
  return { host: parts[1] ?? parts[2] ?? bareHost, port };
}

/** `bothy.example.org,192.0.2.7:8080`. */
function hostList(text: string): string[] {
  const hosts = text.split(',').flatMap((each) => each.trim().toLowerCase() || []);
  const wrong = hosts.find((host) => !/^([a-z0-9._-]+|\[[0-9a-f:]+\])(:\d{1,5})?$/.test(host));
  if (wrong !== undefined) throw invalid('hosts', wrong, 'host or host:port, several with commas between');
  return hosts;
}

function brokerUrl(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  return parseBrokerUrl(text).url;
}

function zoneName(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  // Throws where there is no such zone.
  new LocalZone(text);
  return text;
}

/** `127.0.0.1:7072,127.0.0.1:7073`; a bare port is one of this machine. */
function joinList(text: string): string[] {
  const nodes = text.split(',').flatMap((each) => each.trim() || []);
  return nodes.map((each) => {
    const { host, port } = address('join', each, '127.0.0.1');
    return `${host.includes(':') ? `[${host}]` : host}:${port}`;
  });
}

/** Shorter ones can be tried out: certificates made from it are shown to whoever connects. */
const leastSecretChars = 16;

function clusterSecret(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  if (text.length >= leastSecretChars) return text;
  throw new BothyError(
    'configuration_invalid',
    `--cluster-secret is too short; it must be at least ${leastSecretChars} characters that nobody can guess.`,
  );
}

/** Names of files with commas between; `Wanted` says which. */
function files<const Wanted extends readonly string[]>(
  name: ConfigName,
  text: string | undefined,
  wanted: Wanted,
): { readonly [Index in keyof Wanted]: string } | undefined {
  if (text === undefined || text === '') return undefined;
  const given = text.split(',').map((each) => each.trim());
  if (given.length !== wanted.length || given.includes('')) {
    throw invalid(name, text, `${wanted.length} files with commas between: ${wanted.join(', ')}`);
  }
  return given as unknown as { readonly [Index in keyof Wanted]: string };
}

/** `homeassistant,tasmota`; `all` is all of them. */
function formatList(text: string): readonly DeviceFormatName[] {
  if (text === 'all') return deviceFormats;
  const names = text.split(',').flatMap((each) => each.trim().toLowerCase() || []);
  return [...new Set(names)].map((name) => {
    const known = deviceFormats.find((each) => each === name);
    if (known === undefined) throw invalid('formats', name, `all, or some of ${deviceFormats.join(', ')}`);
    return known;
  });
}

function logLevels(text: string): LogLevels {
  const levels = parseLogLevels(text);
  if (levels !== undefined) return levels;
  const wanted = `debug, info, warn, error or silent, for all or for one area such as "info,rooms=debug" (areas: ${logAreas.join(', ')})`;
  throw invalid('log-level', text, wanted);
}

/** Our own flag, or else the variables that OpenTelemetry gives every program. */
function collector(text: string | undefined, environment: NodeJS.ProcessEnv): string | undefined {
  const { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: whole, OTEL_EXPORTER_OTLP_ENDPOINT: base } = environment;
  // An empty flag switches off what the variables say.
  const given = text ?? (whole || base);
  if (given === undefined || given === '') return undefined;
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw invalid('otlp', given, 'the address of a collector, such as http://127.0.0.1:4318');
  }
  const isBase = text === undefined ? !whole : url.pathname === '/';
  if (isBase) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`;
  return url.href;
}

/** Beyond this machine nodes have to prove that they belong together. */
function checkCluster({ cluster, clusterSecret, clusterTls, insecure }: NodeConfig): void {
  if (clusterSecret !== undefined && clusterTls !== undefined) {
    throw new BothyError(
      'configuration_invalid',
      'Give --cluster-secret or --cluster-tls, not both: nodes prove themselves in one way.',
    );
  }
  const isProven = clusterSecret !== undefined || clusterTls !== undefined || insecure;
  if (isProven || isLoopback(cluster.host)) return;
  throw new BothyError(
    'configuration_invalid',
    `--cluster binds ${cluster.host}, which others can reach. Nodes must prove that they belong together: add --cluster-secret, the same on every node, or --cluster-tls.`,
  );
}

function flag(name: ConfigName, text: string | undefined): boolean {
  if (text === undefined || text === 'false' || text === '0') return false;
  if (text === '' || text === 'true' || text === '1') return true;
  throw invalid(name, text, 'true or false');
}

/** From 1 on. */
function wholeNumber(name: ConfigName, text: string, most: number): number {
  const value = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most) throw invalid(name, text, `a whole number from 1 to ${most}`);
  return value;
}

function checked<T>(name: ConfigName, schema: z.ZodMiniType<T>, text: string, wanted: string): T {
  const result = schema.safeParse(text);
  if (!result.success) throw invalid(name, text, wanted);
  return result.data;
}

function invalid(name: ConfigName, text: string, wanted: string): BothyError {
  return new BothyError(
    'configuration_invalid',
    `--${name} is "${text.slice(0, 80)}"; it must be ${wanted}.`,
  );
}

function refuseBinding(name: ConfigName, { host }: ListenAddress): never {
  const why = 'Beyond this machine browsers and brokers need TLS, which --lan brings, or --tls.';
  const instead = name === 'mqtt' ? 'Add --lan, or --tls with --mqtts' : 'Add --lan or --tls';
  throw new BothyError(
    'configuration_invalid',
    `--${name} binds ${host}, which others can reach. ${why} ${instead}, bind 127.0.0.1, or add --insecure to do it all the same.`,
  );
}
