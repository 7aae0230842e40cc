/**
 * `npm run dev`: one address with the web app reloaded as it is edited, and a node behind it that restarts when
 * its sources change. Takes BOTHY_HTTP (the address), BOTHY_MQTT and BOTHY_DATA.
 */
import { spawn } from 'node:child_process';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseConfig } from '@bothy/node';
import { BothyError } from '@bothy/wire';
import { createServer } from 'vite';
import { repositoryRoot } from './checks/child-process.ts';

/** What the node serves; everything else comes from the development server. */
const nodePaths = ['/api', '/mqtt', '/ws', '/healthz', '/readyz', '/metrics'];

try {
  await develop();
} catch (thrown) {
  if (!(thrown instanceof BothyError)) throw thrown;
  process.stderr.write(`${thrown.message}\n`);
  process.exit(1);
}

async function develop(): Promise<void> {
  const { http } = parseConfig({}, process.env);
  const nodePort = await freePort();
  const publicHost = `${http.host}:${http.port}`;
  const node = spawn(
    process.execPath,
    [
      '--watch',
      '--watch-preserve-output',
      fileURLToPath(new URL('./dev/dev-node.ts', import.meta.url)),
      http.host,
      String(http.port),
    ],
    { cwd: repositoryRoot, env: { ...process.env, BOTHY_HTTP: `127.0.0.1:${nodePort}` }, stdio: 'inherit' },
  );
  const target = `http://127.0.0.1:${nodePort}`;
  const server = await createServer({
    root: join(repositoryRoot, 'apps/web'),
    configFile: join(repositoryRoot, 'apps/web/vite.config.ts'),
    clearScreen: false,
    server: {
      host: http.host,
      port: http.port,
      strictPort: true,
      proxy: Object.fromEntries(
        nodePaths.map((path) => [path, { target, ws: path === '/mqtt' || path === '/ws' }]),
      ),
    },
  });
  const stop = async (): Promise<void> => {
    node.kill('SIGTERM');
    await server.close();
    process.exit(0);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  await listen(server, publicHost);
  process.stdout.write(`\n  Open http://${publicHost} in a browser. Stop with Ctrl-C.\n\n`);

  async function listen(web: Awaited<ReturnType<typeof createServer>>, host: string): Promise<void> {
    try {
      await web.listen();
    } catch (cause) {
      node.kill('SIGTERM');
      const sentence = `The address ${host} is in use: stop the other program, or choose another with BOTHY_HTTP.`;
      throw new BothyError('address_in_use', sentence, { cause });
    }
  }
}

/** Another program could take it before the node does; then the node says so, and one starts again. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createSocketServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
