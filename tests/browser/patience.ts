/** How long pages are waited for, which is no measure of anything: only what hangs gets here, on a slow machine too. */
import type { BrowserContext, Page } from 'playwright-core';

/** A link after its other side went away may take several attempts, which wait 1, 2, 4, 8 and 16 s for each other. */
export const waitMs = 90_000;

/** A page of this context that waits so long for everything; the failure says for what. */
export async function patientPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(waitMs);
  return page;
}
