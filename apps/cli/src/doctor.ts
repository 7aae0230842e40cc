/** `bothy doctor`: looks at everything a start or a test run needs, and says what to do about what is missing. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import type { NodeConfig } from '@bothy/node';
import { chromiumCommands, findProgram } from '@bothy/testkit';
import type { WebBuildState } from './web-build.ts';

/** `note`: Bothy runs without it. */
export type Finding =
  | { readonly kind: 'ok'; readonly sentence: string }
  | { readonly kind: 'note' | 'fix'; readonly sentence: string };

export interface DoctorInput {
  readonly config: NodeConfig;
  /** As in `process.version`. */
  readonly nodeVersion: string;
  readonly webBuild: WebBuildState;
}

const ok = (sentence: string): Finding => ({ kind: 'ok', sentence });
const fix = (sentence: string): Finding => ({ kind: 'fix', sentence });
const note = (sentence: string): Finding => ({ kind: 'note', sentence });

export async function examine({ config, nodeVersion, webBuild }: DoctorInput): Promise<readonly Finding[]> {
  return [
    checkNode(nodeVersion),
    await checkPort('--http', config.http),
    await checkPort('--mqtt', config.mqtt),
    checkDataDirectory(config.data),
    checkWebBuild(webBuild),
    checkProgram('Chromium', 'chromium', chromiumCommands),
    checkProgram('Mosquitto', 'mosquitto', ['mosquitto']),
    checkProgram('NSS’ certutil', 'libnss3-tools', ['certutil']),
    checkProgram('The Mosquitto clients', 'mosquitto-clients', ['mosquitto_pub']),
  ];
}

export function checkNode(version: string): Finding {
  const major = Number.parseInt(version.replace(/^v/, ''), 10);
  if (major >= 24) return ok(`Node ${version.replace(/^v/, '')}`);
  return fix(
    `Node ${version.replace(/^v/, '')} is too old: start Bothy with "npm start" or "npx bothy", which bring Node 24.`,
  );
}

export async function checkPort(
  flag: '--http' | '--mqtt',
  { host, port }: NodeConfig['http'],
): Promise<Finding> {
  const code = await tryToListen(host, port);
  if (code === undefined) return ok(`Port ${port} on ${host} is free (${flag})`);
  if (code === 'EADDRINUSE') {
    return fix(
      `Port ${port} on ${host} is taken, perhaps by a Bothy that runs: stop it, or choose another with ${flag}.`,
    );
  }
  if (code === 'EACCES')
    return fix(`Port ${port} may not be opened by this user: choose one above 1023 with ${flag}.`);
  return fix(`${host} is not an address of this machine (${code}): choose another with ${flag}.`);
}

/** The system's error code, or undefined when it worked. */
function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => done(undefined)));
  });
}

/** A folder that does not exist yet is fine where it can be made. */
export function checkDataDirectory(folder: string): Finding {
  const path = resolve(folder);
  let nearest = path;
  while (!existsSync(nearest)) nearest = dirname(nearest);
  if (!statSync(nearest).isDirectory())
    return fix(`${nearest} is not a folder: choose another place with --data.`);
  try {
    accessSync(nearest, constants.W_OK | constants.X_OK);
  } catch {
    return fix(`${nearest} cannot be written: correct its rights, or choose another place with --data.`);
  }
  return ok(`${path} ${nearest === path ? 'can be written' : 'can be made'} (--data)`);
}

function checkWebBuild(state: WebBuildState): Finding {
  if (state === 'current') return ok('The web app is built');
  const what =
    state === 'stale' ? 'The web app was built from older sources' : 'The web app is not built yet';
  return note(`${what}: "npm start" does it.`);
}

function checkProgram(name: string, packageName: string, commands: readonly string[]): Finding {
  const path = findProgram(commands);
  if (path !== undefined) return ok(`${name}: ${path}`);
  return note(
    `${name}: not found. Only tests need it: "npm test" or "apt-get install ${packageName}" installs it.`,
  );
}
