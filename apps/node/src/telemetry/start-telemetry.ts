/** Puts monitoring together for a node: its bus, its store, its REST, and who is told of alarms. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeBroker } from '@bothy/broker';
import type { SessionNotifier, SocketExtension } from '@bothy/rooms/drivers/websocket';
import { nodeClock } from '@bothy/runtime/node';
import type { SqliteEdges } from '@bothy/store';
import type { TelemetryBus } from '@bothy/telemetry/drivers/mqtt';
import { BothyError, type NodeId } from '@bothy/wire';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { NodeConfig } from '../config.ts';
import type { DirectoryDesk } from '../directory/directory-desk.ts';
import { LocalZone } from '../local-zone.ts';
import type { AccessOptions } from '../rest/room-access.ts';
import type { RoomSpeaker } from '../rooms/room-voice.ts';
import { alarmApi } from './alarm-api.ts';
import { Answering } from './answering.ts';
import { EdgeEnrolments } from './edge-enrolments.ts';
import { enrolApi } from './enrol-api.ts';
import type { FormatsSwitch } from './formats-switch.ts';
import { Intake } from './intake.ts';
import { LateSpeaker } from './late-speaker.ts';
import { Attendance } from './notify-attendance.ts';
import { openBus } from './open-bus.ts';
import { ruleApi } from './rule-api.ts';
import { telemetryApi } from './telemetry-api.ts';
import { TelemetryDesk } from './telemetry-desk.ts';
import { telemetryMetrics } from './telemetry-metrics.ts';
import { TelemetryTimes } from './telemetry-times.ts';

export interface StartTelemetryOptions {
  readonly config: NodeConfig;
  readonly broker: NodeBroker;
  readonly edges: SqliteEdges;
  /** Formats of devices that are switched on. */
  readonly formats: FormatsSwitch | undefined;
  /** Of its cluster, as far as they are known. */
  readonly otherNodes: () => readonly NodeId[];
  readonly directory: DirectoryDesk;
  readonly notifier: () => SessionNotifier;
  /** Asks another node about edges, as JSON. Throws `node_unreachable`, and what it refuses with. */
  readonly askNode: (node: NodeId, question: string) => Promise<string>;
  readonly log: Logger;
}

export interface TelemetryRestOptions extends AccessOptions {
  readonly mayTry: (address: string) => boolean;
  /** Where edges connect, and the authority that they are to trust there. */
  readonly mqtt: () => { readonly url: string; readonly ca?: string | undefined };
}

export interface RunningTelemetry {
  readonly desk: TelemetryDesk;
  /** For the sockets of rooms. */
  readonly extensions: readonly SocketExtension[];
  readonly ready: boolean;
  api(access: TelemetryRestOptions): (server: FastifyInstance) => void;
  metrics(registry: Registry): void;
  /** For other nodes that ask. */
  answer(question: string): Promise<string>;
  /** There are rooms now. */
  attach(rooms: RoomSpeaker): void;
  stop(): Promise<void>;
}

/** It listens when this resolves. Throws `configuration_invalid`. */
export async function startTelemetry(options: StartTelemetryOptions): Promise<RunningTelemetry> {
  const { config, broker, edges, otherNodes, directory, notifier, log } = options;
  const { id: node } = config;
  const { wallMs, monoMs } = nodeClock;
  const zone = new LocalZone(config.zone);
  const smtp = config.smtpUrl === undefined ? undefined : await smtpOf(config.smtpUrl);
  const rules = config.rules === undefined ? undefined : await rulesOf(config.rules);
  const bus = await openBus({ node, broker, brokerUrl: config.broker, log });
  const enrolled = () => edges.enrolments.flatMap(({ edge, hash }) => (hash === null ? [] : [edge]));
  const file = join(config.data, 'telemetry.sqlite');
  const times = new TelemetryTimes();
  const rooms = new LateSpeaker();
  const attendance = new Attendance((name, present) => desk.awake?.input({ kind: 'person', name, present }));
  // Nodes at one broker elsewhere that have no links hear each other there alone: each has a directory of its own.
  const sharesOnlyBroker = (): boolean =>
    config.broker !== undefined && config.join.length === 0 && otherNodes().length === 0;
  const cannotStart = (thrown: unknown): void => {
    const error = BothyError.from(thrown);
    log.error({ code: error.code, err: error.cause }, `monitoring cannot start: ${error.message}`);
  };
  const desk: TelemetryDesk = new TelemetryDesk(async () => {
    const { openMonitoring } = await import('./open-monitoring.ts');
    return await openMonitoring({
      ...{
        node,
        bus,
        file,
        notifier,
        directory,
        sharesOnlyBroker,
        enrolled,
        rules,
        times,
        log,
        rooms,
        attendance,
        smtp,
      },
      telemetryDays: config.telemetryDays,
      zoneOffset: zone.offsetAt,
      // Of an outside broker nobody knows which nodes use it beside this one.
      isAlone: config.broker === undefined && config.join.length === 0 && otherNodes().length === 0,
    });
  }, cannotStart);
  const intake = new Intake({
    bus,
    brokerName: config.broker ?? 'another node',
    isShared: config.broker !== undefined,
    zoneOffset: zone.offsetOfLocal,
    input: (input) => desk.input(input),
    monoMs,
    wallMs,
  });
  const enrolments = new EdgeEnrolments({
    edges,
    node,
    bus,
    endEdge: (edge) => {
      broker.endEdge(edge);
      desk.awake?.input({ kind: 'enrolled', edges: enrolled() });
    },
    log,
  });
  enrolments.start();
  intake.start();
  const devices =
    options.formats === undefined
      ? undefined
      : await openDevices(options.formats, { node, bus, intake, desk, log });
  const stopListening = directory.onChanged(({ kind }) => {
    if (kind === 'standing') desk.awake?.claimsChanged();
  });
  // What was said without a connection may never have arrived: claims of homes, alarms.
  bus.onConnect(() => desk.awake?.input({ kind: 'connected' }));
  broker.node?.onRefused((refused) => intake.refused(refused));
  // A node that has sensors goes on at once: silences are to be noticed, and alarms to be told.
  if (existsSync(file)) desk.host().catch(cannotStart);
  const answering = new Answering({ node, host: () => desk.host(), askNode: options.askNode });
  return {
    desk,
    extensions: [desk.extension, attendance.extension],
    get ready() {
      return desk.ready;
    },
    api: (access) => {
      const publish = (topic: string, payload: string): Promise<void> =>
        bus.publish(topic, payload, { qos: 1, retain: false });
      const isNode = (other: NodeId): boolean =>
        other === node || config.broker !== undefined || otherNodes().includes(other);
      const rest = {
        ...access,
        host: () => desk.host(),
        answering,
        isNode,
        zoneOffset: zone.offsetOfLocal,
        publish,
      };
      const apis = [
        telemetryApi(rest),
        alarmApi(rest),
        ruleApi({ ...rest, rulesFile: config.rules, offsetAt: zone.offsetAt }),
        enrolApi({ ...access, edges, enrolments }),
      ];
      return (server) => {
        for (const api of apis) api(server);
      };
    },
    metrics: (registry) => telemetryMetrics(desk, times, registry),
    answer: (question) => answering.answer(question),
    attach: (speaker) => rooms.attach(speaker),
    stop: async () => {
      stopListening();
      devices?.stop();
      intake.stop();
      await enrolments.idle();
      await desk.stop();
      await bus.stop();
    },
  };
}

async function smtpOf(url: string) {
  const { parseSmtpUrl } = await import('@bothy/telemetry/drivers/notify');
  return parseSmtpUrl(url);
}

async function rulesOf(file: string) {
  const { readRules } = await import('./rules-file.ts');
  return await readRules(file);
}

/** Loaded only where formats of devices are switched on. */
async function openDevices(
  formats: FormatsSwitch,
  { node, bus, intake, desk, log }: DeviceParts,
): Promise<{ stop(): void } | undefined> {
  const [{ FormatsIntake }, { Announcements }] = await Promise.all([
    import('./formats-intake.ts'),
    import('./formats-announce.ts'),
  ]);
  const devices = new FormatsIntake({
    bus,
    formats,
    reading: (message, payload) => intake.device(message, payload),
    refused: (message, reason, text) => intake.deviceRefused(message, reason, text),
    wallMs: nodeClock.wallMs,
  });
  devices.start();
  if (!formats.formats.some(({ name }) => name === 'homeassistant')) return undefined;
  return new Announcements({
    node,
    bus,
    live: () => {
      const model = desk.awake?.desk.model;
      return model === undefined ? undefined : { sensors: model.sensors(), edges: model.edges() };
    },
    isAnnounced: (edge, sensor) => devices.isAnnounced(edge, sensor),
    failed: (thrown) => log.warn({ err: thrown }, 'a sensor could not be announced to Home Assistant'),
  });
}

interface DeviceParts {
  readonly node: string;
  readonly bus: TelemetryBus;
  readonly intake: Intake;
  readonly desk: TelemetryDesk;
  readonly log: Logger;
}
