/** A real Chromium of the system, driven by playwright-core. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { chromiumCommands, findProgram } from './programs.ts';
import { runProgram } from './run-program.ts';

/**
 * Starts it headless, with fake media, and quiet: without these flags it looks
 * for its maker's hosts. Host candidates are shown as addresses, because names
 * by multicast DNS do not resolve where multicast is blocked.
 */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({ executablePath: programPath(), args });
}

/**
 * The same for somebody who has installed an authority (`authorityPem`): in the certificate store below `home`, an
 * empty folder, where Chromium on Linux looks for what people trust.
 */
export async function launchTrustingChromium(home: string, authorityPem: string): Promise<Browser> {
  const store = join(home, '.pki', 'nssdb');
  mkdirSync(store, { recursive: true });
  const file = join(home, 'authority.pem');
  writeFileSync(file, authorityPem);
  await certutil('-N', '-d', `sql:${store}`, '--empty-password');
  // Trusted to vouch for servers, and for nothing else.
  await certutil('-A', '-d', `sql:${store}`, '-n', 'bothy', '-t', 'C,,', '-i', file);
  // Newer ones follow XDG, which would lead to the store of whoever runs the tests.
  const env = { ...process.env, HOME: home, XDG_DATA_HOME: join(home, '.local', 'share') };
  return await chromium.launch({ executablePath: programPath(), args, env });
}

async function certutil(...words: string[]): Promise<void> {
  const { code, errors } = await runProgram('certutil', words).result;
  if (code !== 0) throw new Error(`certutil ${words[0]} failed: ${errors}`);
}

/** The same with one profile that stays in `folder`, so that it can be opened again. */
export async function launchChromiumProfile(folder: string): Promise<BrowserContext> {
  return await chromium.launchPersistentContext(folder, { executablePath: programPath(), args });
}

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
];

function programPath(): string {
  const path = findProgram(chromiumCommands);
  if (path === undefined) throw new Error('No Chromium was found: install the package chromium.');
  return path;
}
