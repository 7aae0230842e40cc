/**
 * `npm run generate` writes the TypeScript of `packages/wire/proto`. The compiler and its plugin are fetched for
 * this alone, at fixed versions, into a folder that goes again: nobody who only runs Bothy installs them.
 * A hash of the .proto is written beside what comes out, and a test of `wire` compares it.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

const compiler = '@bufbuild/buf@1.75.0';
const plugin = 'ts-proto@2.18.0';

const wire = join(import.meta.dirname, '..', 'packages', 'wire');
const proto = join(wire, 'proto');
const name = 'bothy/cluster/v1/cluster';
const target = join(wire, 'src', 'cluster', 'gen');

const folder = mkdtempSync(join(tmpdir(), 'bothy-generate-'));
try {
  cpSync(proto, folder, { recursive: true });
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts', compiler, plugin]);
  run(process.execPath, ['node_modules/@bufbuild/buf/bin/buf', 'generate', '--path', `${name}.proto`]);
  copyFileSync(join(folder, 'gen', `${name}.ts`), join(target, 'cluster.ts'));
  const hash = createHash('sha256').update(readFileSync(join(proto, `${name}.proto`)));
  writeFileSync(join(target, 'cluster.proto.sha256'), `${hash.digest('hex')}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function run(command: string, args: readonly string[]): void {
  // Plugins are started as `node`: that is to be this one.
  const path = [dirname(process.execPath), process.env.PATH ?? ''].join(delimiter);
  const shell = process.platform === 'win32' && command === 'npm';
  execFileSync(command, args, { cwd: folder, stdio: 'inherit', env: { ...process.env, PATH: path }, shell });
}
