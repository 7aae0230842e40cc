/**
 * The system packages that tests need, and their installation with apt where this may: as root, or with a sudo
 * that asks for no password. Elsewhere it names exactly what is missing and how to get it.
 */
import { chromiumCommands, pythonCommands } from '@bothy/testkit';

export interface SystemPackage {
  /** Its name in Debian and Ubuntu. */
  readonly name: string;
  /** Any one of these commands proves it is there, */
  readonly commands: readonly string[];
  /** if it ends well with these flags. @default that it is there is enough */
  readonly proof?: readonly string[];
  readonly purpose: string;
}

export const neededPackages: readonly SystemPackage[] = [
  { name: 'chromium', commands: chromiumCommands, purpose: 'the browser tests' },
  { name: 'mosquitto', commands: ['mosquitto'], purpose: 'tests against another MQTT broker' },
  { name: 'libnss3-tools', commands: ['certutil'], purpose: 'a browser that trusts a node’s own authority' },
  { name: 'mosquitto-clients', commands: ['mosquitto_pub'], purpose: 'tests with ordinary MQTT tools' },
  { name: 'openssl', commands: ['openssl'], purpose: 'certificates as guides tell people to make them' },
  { name: 'python3', commands: pythonCommands, purpose: 'a device that knows nothing of Bothy' },
  {
    name: 'python3-paho-mqtt',
    commands: pythonCommands,
    // A library has no command. Python says where it would load it from, and prints nothing.
    proof: ['-c', "import importlib.util, sys; sys.exit(importlib.util.find_spec('paho') is None)"],
    purpose: 'a device that knows nothing of Bothy',
  },
];

/** What the installation needs of the machine. */
export interface SetupHost {
  findProgram(commands: readonly string[]): string | undefined;
  isRoot(): boolean;
  /** Runs a program with its output shown; its exit code. */
  run(command: string, args: readonly string[]): Promise<number>;
  print(line: string): void;
}

/** True when everything is there in the end. */
export async function ensureSystemPackages(
  host: SetupHost,
  packages: readonly SystemPackage[] = neededPackages,
): Promise<boolean> {
  const missing = await missingPackages(host, packages);
  if (missing.length === 0) {
    host.print(`   ok  ${packages.map((each) => each.name).join(', ')}`);
    return true;
  }
  const prefix = await administratorPrefix(host);
  if (prefix !== undefined) await install(host, prefix, missing);
  const stillMissing = await missingPackages(host, packages);
  for (const each of stillMissing) {
    host.print(
      `   MISSING  ${each.name} (for ${each.purpose}): ${each.proof === undefined ? `no ${each.commands.join(', ')} was found` : 'it is not installed'}`,
    );
  }
  if (stillMissing.length > 0) host.print(`   ${advice(stillMissing)}`);
  return stillMissing.length === 0;
}

async function missingPackages(
  host: SetupHost,
  packages: readonly SystemPackage[],
): Promise<SystemPackage[]> {
  const missing: SystemPackage[] = [];
  for (const each of packages) {
    const command = host.findProgram(each.commands);
    const isThere =
      command !== undefined && (each.proof === undefined || (await host.run(command, each.proof)) === 0);
    if (!isThere) missing.push(each);
  }
  return missing;
}

/** The words before `apt-get`: none for root, sudo where it asks for no password, undefined where neither serves. */
async function administratorPrefix(host: SetupHost): Promise<readonly string[] | undefined> {
  if (host.findProgram(['apt-get']) === undefined) return undefined;
  if (host.isRoot()) return [];
  if (host.findProgram(['sudo']) === undefined) return undefined;
  return (await host.run('sudo', ['-n', 'true'])) === 0 ? ['sudo', '-n'] : undefined;
}

async function install(
  host: SetupHost,
  prefix: readonly string[],
  missing: readonly SystemPackage[],
): Promise<void> {
  const names = missing.map((each) => each.name);
  host.print(`   installing ${names.join(', ')} with apt …`);
  const asAdministrator = (...words: string[]): Promise<number> => {
    const [command = '', ...args] = [...prefix, ...words];
    return host.run(command, args);
  };
  // Another apt may be running, for example the daily one.
  const apt = [
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    '-q',
    '-y',
    '-o',
    'DPkg::Lock::Timeout=120',
  ];
  await asAdministrator(...apt, 'update');
  await asAdministrator(...apt, 'install', '--no-install-recommends', ...names);
  // Debian starts a broker on port 1883 with this package. Tests need only the program, and `npm start` the port.
  if (names.includes('mosquitto') && host.findProgram(['systemctl']) !== undefined) {
    await asAdministrator('systemctl', 'disable', '--now', 'mosquitto');
  }
}

function advice(missing: readonly SystemPackage[]): string {
  const names = missing.map((each) => each.name).join(' ');
  return `On Debian or Ubuntu: sudo apt-get install ${names}. Elsewhere: install them by hand so that they are on the PATH.`;
}
