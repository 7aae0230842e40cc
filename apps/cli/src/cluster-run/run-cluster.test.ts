/** The real command with real nodes: what it shows, and that it leaves nothing behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { httpRequest, temporaryFolder } from '@bothy/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../main.ts', import.meta.url));

let folder: ReturnType<typeof temporaryFolder>;
let running: ChildProcess[];
beforeEach(() => {
  folder = temporaryFolder();
  running = [];
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  // Nodes whose parent was killed end on their own, and write until then.
  await expect.poll(() => pids.filter(isAlive)).toEqual([]);
  pids.length = 0;
  folder.remove();
});
const pids: number[] = [];

class Started {
  output = '';
  errors = '';
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor(...args: string[]) {
    const free = ['--http', '0', '--mqtt', '0', '--cluster', '0', '--no-build', '--data', folder.path];
    this.child = spawn(process.execPath, [program, 'cluster', 'run', ...args, ...free]);
    running.push(this.child);
    this.child.stdout?.on('data', (text: Buffer) => {
      this.output += text.toString();
    });
    this.child.stderr?.on('data', (text: Buffer) => {
      this.errors += text.toString();
    });
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  async shows(text: string | RegExp): Promise<void> {
    await expect.poll(() => this.output + this.errors).toMatch(text);
  }

  /** Of each node: its address and its process. */
  rows(): { url: string; pid: number }[] {
    const rows = [...this.output.matchAll(/^ {4}n\d +(http:\S+) .* (\d+)$/gm)];
    const found = rows.map(([, url = '', pid]) => ({ url, pid: Number(pid) }));
    pids.push(...found.map(({ pid }) => pid));
    return found;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function upNodes(url: string): Promise<number> {
  const { nodes } = JSON.parse((await httpRequest(`${url}/api/v1/cluster`)).text);
  return nodes.filter(({ health }: { health: string }) => health === 'up').length;
}

test('nodes run as one cluster, a killed one is told, and Ctrl-C stops all', async () => {
  const run = new Started('2');
  await run.shows('Stop all with Ctrl-C');
  const [one, two] = run.rows();
  if (one === undefined || two === undefined) throw new Error(run.output);
  for (const { url } of [one, two]) await expect.poll(() => upNodes(url)).toBe(2);
  for (const id of ['n1', 'n2']) expect(existsSync(join(folder.path, id, 'node.log'))).toBe(true);
  await run.shows(/^n1 │ \S+ info {2}node {5}node started/m);

  process.kill(two.pid, 'SIGKILL');
  await run.shows('n2 is gone (SIGKILL)\n');
  await run.shows(/^n1 │ .*node n2 is down/m);

  run.child.kill('SIGINT');
  expect(await run.ended).toBe(0);
  expect(run.output).toMatch(/Stopped\.\n$/);
  expect(run.errors).toBe('');
  expect([one.pid, two.pid].filter(isAlive)).toEqual([]);
});

test('a node that cannot start ends all with one sentence', async () => {
  mkdirSync(join(folder.path, 'n2'));
  writeFileSync(join(folder.path, 'n2', 'node.sqlite'), 'not what it should be '.repeat(100));
  const run = new Started('2');
  expect(await run.ended).toBe(1);
  expect(run.errors).toMatch(/^bothy: The node n2 does not start: [^\n]*node\.sqlite[^\n]*\n$/);
});

test('nodes do not outlive who started them', async () => {
  const run = new Started('1');
  await run.shows('Stop all with Ctrl-C');
  const [one] = run.rows();
  if (one === undefined) throw new Error(run.output);
  run.child.kill('SIGKILL');
  await expect.poll(() => isAlive(one.pid)).toBe(false);
});

test.each([['0'], ['8'], ['many']])('%s nodes are refused', async (count) => {
  const run = new Started(count);
  expect(await run.ended).toBe(1);
  expect(run.errors).toMatch(
    /^bothy: The number of nodes is ".*"; it must be a whole number from 1 to 7\.\n$/,
  );
});
