/** Puts a node together: names, broker, HTTP. Everything that it keeps is below its data folder. */
import { join } from 'node:path';
import { askTelemetry, type ClusterLinks, type ClusterServices } from '@bothy/rooms/drivers/grpc';
import { nodeClock } from '@bothy/runtime/node';
import { RoomFiles, SqliteEdges, SqliteNameDirectory, SqliteWebhooks } from '@bothy/store';
import { BothyError } from '@bothy/wire';
import { alliedOrigins, alliedSources } from './allied-origins.ts';
import { ClusterParts, type ClusterPartsOptions } from './cluster-parts.ts';
import { type NodeConfig, servesHttps } from './config.ts';
import { makeFolder } from './data-folder.ts';
import { openAgreement } from './directory/open-agreement.ts';
import { HttpServer } from './http-server.ts';
import type { RunningGuide } from './lan/lan.ts';
import { localAddresses, reachedAt } from './lan/local-addresses.ts';
import { LogFile } from './log-file.ts';
import { openLogs } from './logs/area-logs.ts';
import { nodeMetrics } from './metrics.ts';
import { mqttUrl, urlHost } from './mqtt-address.ts';
import { type NodePorts, nodeAdmission } from './node-admission.ts';
import { nodeApi } from './node-api.ts';
import { loadNodeKey } from './node-key.ts';
import { OwnCertificate } from './own-certificate.ts';
import { openRemovals, signOff } from './removal/start-removals.ts';
import { requestGuard } from './request-guard.ts';
import { roomSignIn } from './rest/room-access.ts';
import { clusterServices, nodeInfo, openLinks } from './rooms/cluster.ts';
import { openTracing } from './rooms/open-tracing.ts';
import { RemoteFileReader } from './rooms/remote-file-reader.ts';
import { fileForNode, fileOfNode } from './rooms/remote-files.ts';
import { RoomLeftovers } from './rooms/room-leftovers.ts';
import { RoomsHost } from './rooms/rooms-host.ts';
import type { RunningNode, StartOptions } from './running-node.ts';
import { startBroker } from './start-broker.ts';
import { startTelemetry } from './telemetry/start-telemetry.ts';
import { version } from './version.ts';

export type { RunningNode, StartOptions } from './running-node.ts';

/** Throws a `BothyError` that says what to do; nothing is left running then. */
export async function startNode(config: NodeConfig, options: StartOptions = {}): Promise<RunningNode> {
  await makeFolder(config.data);
  const undo: (() => Promise<unknown>)[] = [];
  try {
    return await start(config, options, undo);
  } catch (thrown) {
    for (const step of undo.reverse()) await step();
    throw thrown;
  }
}

async function start(
  config: NodeConfig,
  options: StartOptions,
  undo: (() => Promise<unknown>)[],
): Promise<RunningNode> {
  const { wallMs } = nodeClock;
  const logFile = options.log === undefined ? new LogFile(join(config.data, 'node.log')) : undefined;
  undo.push(async () => logFile?.close());
  const logs = openLogs(config.id, config.logLevels, options.log ?? logFile);
  const traces = await openTracing(config, logs);
  undo.push(() => traces.stop());
  const keyPair = await loadNodeKey(join(config.data, 'node-key.json'));
  const names = await SqliteNameDirectory.open({ file: join(config.data, 'node.sqlite'), wallMs });
  undo.push(() => names.close());
  let links: ClusterLinks | undefined;
  // MQTT clients come before there are rooms, which know the nodes.
  let known: ClusterPartsOptions['known'] = () => undefined;
  const { directory, keys, ...agreed } = await openAgreement(config, names, logs, (person) =>
    signOff(broker, rooms, person),
  );
  undo.push(() => directory.stop());
  const parts = new ClusterParts({
    node: config.id,
    directory,
    log: logs.bridge,
    wallMs,
    known: () => known(),
  });
  undo.push(async () => parts.stop());
  const hadOperator = (await names.operators()).length > 0;

  const ports: NodePorts = { http: 0, mqtt: 0 };
  const { extraHosts = [], addresses = localAddresses } = options;
  const admission = nodeAdmission({ config, keyPair, keys, ports, extraHosts });
  const edges = await SqliteEdges.open({ file: join(config.data, 'edges.sqlite'), node: config.id, wallMs });
  undo.push(() => edges.close());
  // Who reads no such devices carries none of it.
  const { FormatsSwitch } = config.formats.length === 0 ? {} : await import('./telemetry/formats-switch.ts');
  const formats = FormatsSwitch === undefined ? undefined : new FormatsSwitch(config.formats);
  const { broker, listen } = await startBroker({
    ...{ config, admission, names, agreed, edges, formats },
    bridge: parts.bridge,
    known: () => known(),
    log: logs.broker,
  });
  undo.push(() => broker.stop());
  parts.serve(broker);
  const telemetry = await startTelemetry({
    ...{ config, broker, edges, formats, directory },
    otherNodes: () => known() ?? [],
    notifier: () => rooms.sockets,
    askNode: async (node, question) => {
      if (links === undefined) throw new BothyError('node_unreachable', 'This node has no links yet.');
      return await askTelemetry(links, node, question);
    },
    log: logs.telemetry,
  });
  undo.push(() => telemetry.stop());
  // Only who serves the network carries what makes certificates.
  const network = config.lan ? await import('./lan/lan.ts') : undefined;
  const lan = await network?.openLan({ config, wallMs, addresses: options.addresses });
  const certificate = config.tls === undefined ? undefined : await OwnCertificate.open(config.tls);
  Object.assign(ports, await listen({ lan: lan?.current, own: certificate?.current }));

  const files = await RoomFiles.open({ folder: join(config.data, 'files'), wallMs });
  undo.push(() => files.close());
  const webhooks = await SqliteWebhooks.open({ file: join(config.data, 'webhooks.sqlite'), wallMs });
  undo.push(() => webhooks.close());

  const failed = (err: unknown): void =>
    logs.node.error({ err }, 'what belonged to a deleted room or message could not be removed');
  const leftovers = new RoomLeftovers({ files, webhooks, failed });
  undo.push(() => leftovers.idle());

  let ready = true;
  const { id } = config;
  const { tokens, isKeptOut, onlyLocal, mayTry } = admission;
  const guests = { onlyLocal, allowGuests: config.allowGuests };
  const access = { node: id, tokens, names, isKeptOut, guests, wallMs, mayTry };
  const rooms = new RoomsHost({
    node: id,
    directory,
    folder: config.data,
    log: logs.rooms,
    clusterLog: logs.cluster,
    tracing: traces.tracing,
    nodeHealth: (node, health) => parts.health(node, health),
    roomsDeleted: (deleted) => leftovers.deleted(deleted),
    filesDropped: (room, author, dropped) => leftovers.redacted(room, author, dropped),
    sockets: {
      extensions: telemetry.extensions,
      authenticate: roomSignIn(access),
      findPerson: async (by) => {
        const person = 'person' in by ? by.person : await names.lookup(by.name);
        const name = 'person' in by ? await names.nameOf(by.person) : by.name;
        return person === undefined || name === undefined ? undefined : { person, name };
      },
    },
  });
  undo.push(() => rooms.stop());
  telemetry.attach(rooms.voice);
  const isStale = (): boolean => directory.isStale;
  const forRemovals = { config, tokens, names, keys, isStale, agreed, broker, rooms, logs, wallMs };
  const removals = await openRemovals(forRemovals);
  undo.push(() => removals.stop());
  known = () => (rooms.ready ? rooms.view?.nodes.map((node) => node.id) : undefined);
  const otherWebUrls = (): string[] => (rooms.view?.nodes ?? []).map((node) => node.webUrl);
  const webUrl = (): string =>
    `${servesHttps(config) ? 'https' : 'http'}://${urlHost(config.http.host)}:${ports.http}`;
  /** As other machines reach it: for webhooks, and for what other nodes tell the people who move to this one. */
  const sharedUrl = (): string => {
    const [host] = lan === undefined ? [] : reachedAt(config.http.host, lan.addresses());
    return host === undefined ? webUrl() : `https://${host}:${ports.http}`;
  };
  const metrics = nodeMetrics({ broker, rooms, directory, spans: traces.spans });
  telemetry.metrics(metrics);
  const remoteFiles = new RemoteFileReader(async (node, file) =>
    links === undefined ? undefined : await fileOfNode(links, node, file),
  );
  const http = new HttpServer({
    broker,
    guard: requestGuard(admission.audiences, () => alliedOrigins(otherWebUrls())),
    allies: () => alliedSources(otherWebUrls()),
    rooms: rooms.sockets,
    metrics,
    log: logs.http,
    tls: certificate?.current ?? lan?.current,
    webFolder: options.webFolder,
    ready: () => ready && rooms.ready && telemetry.ready,
    api: nodeApi({
      ...{ config, ports, logs, admission, access, names, agreed, directory, removals, broker, rooms },
      ...{ telemetry, files, webhooks, remoteFiles, parts, lan, addresses },
      webUrl: sharedUrl,
      self: () => links?.self ?? self,
    }),
  });
  undo.push(() => http.stop());
  ports.http = await http.listen(config.http);
  const self = await nodeInfo(config, keyPair, sharedUrl());
  const services: ClusterServices = {
    ...clusterServices(rooms, (file) => fileForNode(files, file)),
    answerTelemetry: (question) => telemetry.answer(question),
  };
  await rooms.prepare();
  const opened = await openLinks(config, self, rooms, {
    services,
    made: (made) => parts.use(made),
    bridge: (from, message) => parts.bridged(from, message),
    directory: (from, message) => parts.agreed(from, message),
    linked: (node) => parts.linkUp(node),
    parted: (node) => parts.linkDown(node),
    forgotten: (node) => parts.forget(node),
  });
  links = opened;
  undo.push(() => opened.stop());
  await rooms.begin(opened, { self: opened.self, join: config.join, defaultRoom: `Lobby of ${id}` });
  parts.begin();
  await removals.begin();
  certificate?.watch([http, broker], logs.http);
  undo.push(async () => certificate?.stop());
  let guide: RunningGuide | undefined;
  if (network !== undefined && lan !== undefined) {
    const webPort = ports.http;
    guide = await network.startGuide({ config, lan, webPort, servers: [http, broker], log: logs.http });
    undo.push(async () => guide?.stop());
  }
  logs.node.info({ ports, version }, 'node started');

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    ready = false;
    logs.node.info('node stops');
    await guide?.stop();
    certificate?.stop();
    await rooms.stop();
    parts.stop();
    await directory.stop();
    await http.stop();
    await telemetry.stop();
    // Others hear the last wills of its clients before the links go.
    await broker.stop();
    await links?.stop();
    await Promise.all([leftovers.idle(), removals.stop()]);
    await Promise.all([names.close(), files.close(), webhooks.close(), edges.close(), traces.stop()]);
    logFile?.close();
  };
  return {
    id,
    webUrl: webUrl(),
    mqttUrl: mqttUrl(config, ports),
    lan: guide?.info,
    httpPort: ports.http,
    mqttPort: ports.mqtt,
    mqttsPort: ports.mqtts,
    clusterAddress: opened.self.address,
    dataFolder: config.data,
    hadOperator,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}
