import { expect, test } from 'vitest';
import { ensureSystemPackages, type SetupHost, type SystemPackage } from './system-packages.ts';

const needed: readonly SystemPackage[] = [
  { name: 'chromium', commands: ['chromium', 'google-chrome'], purpose: 'the browser tests' },
  { name: 'mosquitto', commands: ['mosquitto'], purpose: 'broker tests' },
];

/** A machine on which `apt-get install` makes commands of the same name appear, unless it is broken. */
function machine(options: {
  present: string[];
  root: boolean;
  sudo?: 'free' | 'password';
  aptBroken?: boolean;
}) {
  const present = new Set(options.present);
  if (options.sudo !== undefined) present.add('sudo');
  const ran: string[] = [];
  const printed: string[] = [];
  const host: SetupHost = {
    findProgram: (commands) => commands.find((command) => present.has(command)),
    isRoot: () => options.root,
    print: (line) => printed.push(line),
    run: async (command, args) => {
      const line = [command, ...args].join(' ');
      ran.push(line);
      if (line === 'sudo -n true') return options.sudo === 'free' ? 0 : 1;
      if (args[1] === 'proof') return present.has('lib') ? 0 : 1;
      if (options.aptBroken === true) return 100;
      if (line.includes(' install ')) for (const name of args) present.add(name);
      return 0;
    },
  };
  return { host, ran, printed };
}

test('runs nothing when everything is there', async () => {
  const { host, ran } = machine({ present: ['google-chrome', 'mosquitto'], root: true });
  expect(await ensureSystemPackages(host, needed)).toBe(true);
  expect(ran).toEqual([]);
});

test('root installs only what is missing, after one update', async () => {
  const { host, ran } = machine({ present: ['apt-get', 'chromium'], root: true });
  expect(await ensureSystemPackages(host, needed)).toBe(true);
  expect(ran.map((line) => line.replace(/^.*Timeout=\d+ /, ''))).toEqual([
    'update',
    'install --no-install-recommends mosquitto',
  ]);
});

test('the service that Debian starts with mosquitto is switched off, for it takes the port of npm start', async () => {
  const { host, ran } = machine({ present: ['apt-get', 'systemctl', 'chromium'], root: true });
  await ensureSystemPackages(host, needed);
  expect(ran.at(-1)).toBe('systemctl disable --now mosquitto');
});

test('a library is there when its proof says so', async () => {
  const library: SystemPackage = {
    name: 'lib',
    commands: ['python3'],
    proof: ['-c', 'proof'],
    purpose: 'a test',
  };
  const { host, ran } = machine({ present: ['python3', 'apt-get', 'lib'], root: true });
  expect(await ensureSystemPackages(host, [library])).toBe(true);
  expect(ran).toEqual(['python3 -c proof']);
  const lacking = machine({ present: ['python3', 'apt-get'], root: true });
  expect(await ensureSystemPackages(lacking.host, [library])).toBe(true);
  expect(lacking.ran.at(-2)).toContain('install --no-install-recommends lib');
  const broken = machine({ present: ['python3'], root: true });
  expect(await ensureSystemPackages(broken.host, [library])).toBe(false);
  expect(broken.printed.join('\n')).toContain('MISSING  lib');
});

test('a sudo without password is used', async () => {
  const { host, ran } = machine({ present: ['apt-get'], root: false, sudo: 'free' });
  expect(await ensureSystemPackages(host, needed)).toBe(true);
  expect(ran.slice(1).every((line) => line.startsWith('sudo -n '))).toBe(true);
});

test('without rights it names what is missing and how to get it, and fails', async () => {
  const { host, ran, printed } = machine({
    present: ['apt-get', 'mosquitto'],
    root: false,
    sudo: 'password',
  });
  expect(await ensureSystemPackages(host, needed)).toBe(false);
  expect(ran).toEqual(['sudo -n true']);
  expect(printed.join('\n')).toContain('MISSING  chromium (for the browser tests)');
  expect(printed.join('\n')).toContain('sudo apt-get install chromium');
  expect(printed.join('\n')).not.toContain('MISSING  mosquitto');
});

test('a failed apt is told', async () => {
  const { host, printed } = machine({ present: ['apt-get'], root: true, aptBroken: true });
  expect(await ensureSystemPackages(host, needed)).toBe(false);
  expect(printed.filter((line) => line.includes('MISSING'))).toHaveLength(2);
});
