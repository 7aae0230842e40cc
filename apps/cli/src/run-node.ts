/** `bothy up` and `bothy node`: run a node until somebody stops it. */
import { resolve } from 'node:path';
import { type LanInfo, parseConfig, type RunningNode, startNode } from '@bothy/node';
import qrCode from 'qrcode-terminal';
import { outliveReader } from './closed-output.ts';
import { configTexts, type NodeFlags } from './node-options.ts';
import { collectStartGarbage } from './start-garbage.ts';
import { listenForStop } from './stop-signals.ts';
import { ensureWeb, repositoryRoot, webBuildFolders, webBuildState } from './web-build.ts';

/** A stop that takes longer is broken off: the store is durable at every moment. */
const mostStopMs = 1_800;

export interface RunOptions {
  /** Build the web app first when its sources changed. */
  readonly build: boolean;
  readonly print: (line: string) => void;
}

/** Ends when a signal has stopped the node. Throws a `BothyError` when it cannot start. */
export async function runNode(flags: NodeFlags, { build, print }: RunOptions): Promise<void> {
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
  print(announcement(node, webBuildState(folders) !== 'missing'));
  if (node.lan !== undefined) print(lanAnnouncement(node.lan));
  await signals.requested;
  print('\nStopping …');
  // A stop that hangs must not keep the terminal; unref, so that it never delays one that does not.
  setTimeout(() => process.exit(1), mostStopMs).unref();
  await node.stop();
  signals.release();
  print('Stopped.');
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
): string {
  return [
    '',
    `  Bothy runs as node "${node.id}"`,
    '',
    `    Web app   ${hasWeb ? node.webUrl : 'not built yet: "bothy up" builds it'}`,
    `    MQTT      ${node.mqttUrl}`,
    `    Cluster   ${node.clusterAddress}`,
    `    Data      ${node.dataFolder}`,
    '',
    ...(hasWeb && !node.hadOperator
      ? ['  Nobody operates this node yet: whoever opens it first, on this machine, will.']
      : []),
    `  ${hasWeb ? 'Open the web app in a browser. ' : ''}Stop with Ctrl-C.`,
    '',
  ].join('\n');
}
