/** A real Chromium of the system, driven by playwright-core. */
import { type Browser, chromium } from 'playwright-core';
import { chromiumCommands, findProgram } from './programs.ts';

/**
 * Starts it headless, with fake media, and quiet: without these flags it looks
 * for its maker's hosts. Host candidates are shown as addresses, because names
 * by multicast DNS do not resolve where multicast is blocked.
 */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findProgram(chromiumCommands);
  if (executablePath === undefined) throw new Error('No Chromium was found: install the package chromium.');
  return await chromium.launch({
    executablePath,
    args: [
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
    ],
  });
}
