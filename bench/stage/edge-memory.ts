/** The memory of an edge with 100 well-behaved sensors: a process of its own, as a user starts it, at a Mosquitto. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startMosquitto, temporaryFolder } from '@bothy/testkit';
import { serverFlags, serverVariables } from '@bothy/tools/server-start';
import { prepareStrippedSources } from '@bothy/tools/stripped-sources';
import { environment, residentBytes } from './idle-node.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const cli = join(repository, 'apps', 'cli', 'src', 'main.ts');
const sensors = 100;

/** Resident bytes so long after its first connection. Each sensor is read every five seconds; rules look at all of them. */
export async function edgeBytes(afterMs: number): Promise<number> {
  const folder = temporaryFolder();
  const broker = await startMosquitto();
  try {
    const config = join(folder.path, 'edge.yaml');
    const lines = Array.from(
      { length: sensors },
      (_, at) => `  - {name: s${at}, kind: simulated, interval: 5s}`,
    );
    const rules = ['rules:', '  - "high: * > 60 for 1m clear below 55"', '  - "silent: * stale after 1m"'];
    writeFileSync(config, ['id: edge', 'sensors:', ...lines, ...rules].join('\n'));
    const env = { ...serverVariables, ...environment };
    const node = process.execPath;
    await prepareStrippedSources({ node, root: repository });
    const flags = ['edge', '--config', config, '--broker', broker.url, '--data', folder.path];
    const child = spawn(node, [...serverFlags, cli, ...flags], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    let output = '';
    await new Promise<void>((resolve, reject) => {
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (output.includes('connected to the broker')) resolve();
      });
      void ended.then(() => reject(new Error(`the edge ended before it ran: ${output}`)));
    });
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const bytes = residentBytes(child);
    child.kill();
    await ended;
    return bytes;
  } finally {
    await broker.stop();
    folder.remove();
  }
}
