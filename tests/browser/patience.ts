/** How long pages are waited for, which is no measure of anything: only what hangs gets here, on a slow machine too. */
import type { BrowserContext, Page } from 'playwright-core';

/** The longest wait that is needed on a quiet machine, for a link after its other side went away, takes 15 s. */
export const waitMs = 60_000;

/** A page of this context that waits so long for everything; the failure says for what. */
export async function patientPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(waitMs);
  return page;
}
