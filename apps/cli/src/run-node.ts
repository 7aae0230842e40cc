/** `bothy up` and `bothy node`: run a node until somebody stops it. */
import { resolve } from 'node:path';
import { type LanInfo, type NodeConfig, parseConfig, type RunningNode, startNode } from '@bothy/node';
import { isLoopback } from '@bothy/node/config';
import qrCode from 'qrcode-terminal';
import { outliveReader } from './closed-output.ts';
import { configTexts, type NodeFlags, type UpFlags } from './node-options.ts';
import type { OwnEdges } from './own-edges.ts';
import { collectStartGarbage } from './start-garbage.ts';
import { listenForStop } from './stop-signals.ts';
import { ensureWeb, repositoryRoot, webBuildFolders, webBuildState } from './web-build.ts';

/** A stop that takes longer is broken off: the store is durable at every moment. */
const mostStopMs = 1_800;

export interface RunOptions {
  /** Build the web app first when its sources changed. */
  readonly build: boolean;
  readonly print: (line: string) => void;
  /** Which edges run beside it; undefined loads none of their code. */
  readonly edges: UpEdges | undefined;
}

export interface UpEdges {
  readonly host: boolean;
  readonly demo: boolean;
}

/** By flags, or the variables `BOTHY_HOST_EDGE` and `BOTHY_DEMO`. */
export function upEdges({ hostEdge, demo }: UpFlags, environment: NodeJS.ProcessEnv): UpEdges {
  const { BOTHY_HOST_EDGE: host = '', BOTHY_DEMO: shown = 'false' } = environment;
  return { host: hostEdge !== false && !/^(false|0)$/.test(host), demo: demo ?? !/^(false|0)$/.test(shown) };
}

/** Ends when a signal has stopped the node. Throws a `BothyError` when it cannot start. */
export async function runNode(flags: NodeFlags, { build, print, edges }: RunOptions): Promise<void> {
  const config = parseConfig(configTexts(flags), process.env);
  const folders = webBuildFolders(repositoryRoot);
  if (build) await ensureWeb(folders, print);
  const node = await startNode({ ...config, data: resolve(config.data) }, { webFolder: folders.output });
  collectStartGarbage();
  // A node whose output is closed runs on, and its stop is not to die of a word that nobody reads.
  outliveReader(process.stdout, process.stderr);
  const signals = listenForStop(
    process,
    () => performance.now(),
    () => process.exit(130),
  );
  const own = await ownEdges(node, config, edges);
  print(announcement(node, webBuildState(folders) !== 'missing', own?.ids));
  if (node.lan !== undefined) print(lanAnnouncement(node.lan));
  await signals.requested;
  print('\nStopping …');
  // A stop that hangs must not keep the terminal; unref, so that it never delays one that does not.
  setTimeout(() => process.exit(1), mostStopMs).unref();
  // They say goodbye at the node's broker.
  await own?.stop();
  await node.stop();
  signals.release();
  print('Stopped.');
}

/** Undefined when none is wanted, or none would be let in. Their code is loaded only then. */
async function ownEdges(
  { id, mqttUrl, dataFolder }: RunningNode,
  config: NodeConfig,
  wanted: UpEdges | undefined,
): Promise<OwnEdges | undefined> {
  if (wanted === undefined || !(wanted.host || wanted.demo) || !letsGuestsIn(config)) return undefined;
  const { startOwnEdges } = await import('./own-edges.ts');
  return await startOwnEdges({ node: id, mqttUrl, dataFolder, ...wanted });
}

/** Without credentials an edge is a guest, whom a node takes from its own machine while it serves nobody else. */
function letsGuestsIn({ broker, lan, tls, allowGuests, http, mqtt, mqtts }: NodeConfig): boolean {
  if (broker !== undefined || lan) return false;
  const bound = [http, mqtt, ...(tls === undefined ? [] : [mqtts])];
  return allowGuests || bound.every(({ host }) => isLoopback(host));
}

/** How other devices come in: addresses, the guide as a QR code, and the fingerprint to compare. */
export function lanAnnouncement({ webUrls, guideUrl, fingerprint }: LanInfo): string {
  let code = '';
  // It calls back at once.
  qrCode.generate(guideUrl, { small: true }, (drawn) => {
    code = drawn;
  });
  return [
    '  Other devices in this network open, once they trust this node:',
    '',
    ...webUrls.map((url) => `    ${url}`),
    '',
    `  First, on each of them: ${guideUrl}`,
    '',
    ...code.split('\n').map((line) => `    ${line}`),
    '',
    '  It shows this fingerprint (SHA-256):',
    `    ${fingerprint.slice(0, 47)}`,
    `    ${fingerprint.slice(48)}`,
    '',
  ].join('\n');
}

/** What runs where, and how to stop it. */
export function announcement(
  node: Pick<RunningNode, 'id' | 'webUrl' | 'mqttUrl' | 'clusterAddress' | 'dataFolder' | 'hadOperator'>,
  hasWeb: boolean,
  edges: readonly string[] = [],
): string {
  return [
    '',
    `  Bothy runs as node "${node.id}"`,
    '',
    `    Web app   ${hasWeb ? node.webUrl : 'not built yet: "bothy up" builds it'}`,
    `    MQTT      ${node.mqttUrl}`,
    `    Cluster   ${node.clusterAddress}`,
    `    Data      ${node.dataFolder}`,
    ...(edges.length === 0 ? [] : [`    Edges     ${edges.join(', ')}`]),
    '',
    ...(hasWeb && !node.hadOperator
      ? ['  Nobody operates this node yet: whoever opens it first, on this machine, will.']
      : []),
    `  ${hasWeb ? 'Open the web app in a browser. ' : ''}Stop with Ctrl-C.`,
    '',
  ].join('\n');
}
