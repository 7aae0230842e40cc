/** Pages of the bench, each in a browser profile of its own: two people at two machines, as near as one machine gets. */
import type { Browser, Page } from 'playwright-core';

/** Opens one; an error that nobody caught in it ends the run. */
export async function openPage(browser: Browser, host: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => {
    process.stderr.write(`An error in a page: ${error.message}\n`);
    process.exitCode = 1;
  });
  await page.goto(`http://${host}/`);
  await loaded(page);
  return page;
}

/** Opens the page anew: nothing of it is warm, and its profile is kept. */
export async function reopen(page: Page): Promise<void> {
  await page.reload();
  await loaded(page);
}

async function loaded(page: Page): Promise<void> {
  await page.waitForFunction(() => 'bench' in globalThis);
}

/** Two pages; `near` clicks. */
export interface PagePair {
  readonly near: Page;
  readonly far: Page;
}

export async function openPagePair(browser: Browser, host: string): Promise<PagePair> {
  const [near, far] = await Promise.all([openPage(browser, host), openPage(browser, host)]);
  return { near, far };
}
