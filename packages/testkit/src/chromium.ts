/** A real Chromium of the system, driven by playwright-core. */
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { chromiumCommands, findProgram } from './programs.ts';

/**
 * Starts it headless, with fake media, and quiet: without these flags it looks
 * for its maker's hosts. Host candidates are shown as addresses, because names
 * by multicast DNS do not resolve where multicast is blocked.
 */
export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({ executablePath: programPath(), args });
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
