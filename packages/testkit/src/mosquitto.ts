/** Debian's Mosquitto as an outside broker: on loopback, where it lets everybody in. */
import { spawn } from 'node:child_process';
import { freePort } from './free-ports.ts';

export interface RunningMosquitto {
  readonly port: number;
  readonly url: string;
  stop(): Promise<void>;
  /** As a power cut would: nothing is said to its clients. */
  kill(): Promise<void>;
}

/** Throws when the program is not there, or ends before it serves. Without a port it takes a free one. */
export async function startMosquitto(wantedPort?: number): Promise<RunningMosquitto> {
  const port = wantedPort ?? (await freePort());
  return await run(port, ['-p', String(port)]);
}

/** The same with a configuration file, which must log to stderr. `port` is one of those that it listens on. */
export async function startMosquittoWith(file: string, port: number): Promise<RunningMosquitto> {
  return await run(port, ['-c', file]);
}

async function run(port: number, flags: readonly string[]): Promise<RunningMosquitto> {
  const child = spawn('mosquitto', flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
  await new Promise<void>((resolve, reject) => {
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += String(chunk);
      // Before it listens it says that it lets clients in that run on this machine.
      if (/mosquitto version \S+ running/.test(text)) resolve();
    });
    ended.then(() => reject(new Error(`Mosquitto ended: ${text}`)), reject);
  });
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    stop: async () => {
      child.kill();
      // A signal between its announcement and its loop is forgotten by it.
      const again = setInterval(() => child.kill(), 250);
      await ended;
      clearInterval(again);
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
