/** The flags of commands that start or examine a node. Every one has a `BOTHY_…` variable too. */
import type { ConfigTexts } from '@bothy/node';
import type { Command } from 'commander';

/** What commander makes of the flags, by their names in camel case. */
export interface NodeFlags {
  readonly id?: string;
  readonly http?: string;
  readonly mqtt?: string;
  readonly tls?: string;
  readonly mqtts?: string;
  readonly broker?: string;
  readonly data?: string;
  readonly registration?: string;
  readonly hosts?: string;
  readonly guide?: string;
  readonly sessionDays?: string;
  readonly publishRate?: string;
  readonly cluster?: string;
  readonly join?: string;
  readonly clusterSecret?: string;
  readonly clusterTls?: string;
  readonly telemetryDays?: string;
  readonly zone?: string;
  readonly rules?: string;
  readonly smtpUrl?: string;
  readonly formats?: string;
  readonly logLevel?: string;
  readonly otlp?: string;
  readonly lan?: true;
  readonly insecure?: true;
  readonly allowGuests?: true;
}

/** Of `bothy up` alone. */
export interface UpFlags extends NodeFlags {
  /** False by `--no-host-edge`. */
  readonly hostEdge?: boolean;
  readonly demo?: true;
}

export function addUpOptions(command: Command): Command {
  return addNodeOptions(command)
    .option(
      '--no-host-edge',
      'without the edge that watches this machine (temperature, processor, memory, disk)',
    )
    .option('--demo', 'with two greenhouses that are not there, for a first look');
}

export interface InviteFlags extends NodeFlags {
  readonly uses?: string;
  readonly days?: string;
}

export interface OperatorFlags extends NodeFlags {
  readonly remove?: true;
}

export function addNodeOptions(command: Command): Command {
  return command
    .option('--http <port or host:port>', 'where the web app is served (default: 127.0.0.1:8080)')
    .option('--mqtt <port or host:port>', 'where MQTT clients connect (default: 127.0.0.1:1883)')
    .option('--tls <files>', 'own certificate and key (certificate,key): HTTPS, and MQTT over TLS')
    .option('--mqtts <port or host:port>', 'with --tls: where MQTT clients connect over TLS (default: 8883)')
    .option('--lan', 'serve the local network: HTTPS on 8443, MQTT over TLS on 8883, no guests')
    .option(
      '--guide <port or host:port>',
      'with --lan: where plain HTTP shows how to trust the node (default: 8080)',
    )
    .option('--broker <url>', 'an MQTT broker that runs elsewhere, instead of the embedded one')
    .option('--data <folder>', 'where everything is kept (default: ./.bothy)')
    .option('--id <id>', "the node's id (default: the name of this machine)")
    .option('--registration <open, invite or closed>', 'who may claim new names (default: open)')
    .option('--hosts <host,…>', "further names under which browsers reach the node, such as a proxy's")
    .option('--allow-guests', 'let MQTT clients without credentials in beyond this machine')
    .option('--session-days <number>', 'how long messages wait for a client that is away (default: 7)')
    .option('--publish-rate <number>', 'messages a second that one client may publish (default: 1000)')
    .option('--cluster <port or host:port>', 'where other nodes connect (default: 127.0.0.1:7070)')
    .option('--join <host:port,…>', 'other nodes of the cluster; any one that runs is enough')
    .option('--cluster-secret <text>', 'what all nodes of the cluster know; needed beyond this machine')
    .option('--cluster-tls <files>', 'own certificates instead: certificate,key,authority')
    .option('--telemetry-days <number>', 'days that single readings are kept (default: 30)')
    .option('--zone <zone>', "time zone of devices and of hours in rules (default: this machine's)")
    .option('--rules <file>', 'rules of this node, one on a line (default: those that were set in Monitor)')
    .option('--smtp-url <url>', 'mail server for alarms: smtps://user:password@host?from=address')
    .option(
      '--formats <names>',
      'formats of devices to read: all, or homeassistant,tasmota,… (default: none)',
    )
    .option(
      '--log-level <level,area=level,…>',
      'which lines the log takes (default: info); rooms=debug adds some',
    )
    .option('--otlp <address>', 'a collector for traces, such as http://127.0.0.1:4318 (default: none)')
    .option('--insecure', 'bind addresses that others can reach, without TLS');
}

/** The flags as texts by the names that the node's configuration knows. */
export function configTexts(flags: NodeFlags): ConfigTexts {
  const switched = (flag: true | undefined): string | undefined => (flag === true ? 'true' : undefined);
  return {
    id: flags.id,
    http: flags.http,
    mqtt: flags.mqtt,
    tls: flags.tls,
    mqtts: flags.mqtts,
    broker: flags.broker,
    data: flags.data,
    registration: flags.registration,
    hosts: flags.hosts,
    guide: flags.guide,
    'session-days': flags.sessionDays,
    'publish-rate': flags.publishRate,
    cluster: flags.cluster,
    join: flags.join,
    'cluster-secret': flags.clusterSecret,
    'cluster-tls': flags.clusterTls,
    'telemetry-days': flags.telemetryDays,
    zone: flags.zone,
    rules: flags.rules,
    'smtp-url': flags.smtpUrl,
    formats: flags.formats,
    'log-level': flags.logLevel,
    otlp: flags.otlp,
    lan: switched(flags.lan),
    insecure: switched(flags.insecure),
    'allow-guests': switched(flags.allowGuests),
  };
}
