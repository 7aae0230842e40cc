/** What every contestant is asked: a link, then a message that the other side confirms. */

export const messageText: string = 'm'.repeat(200);
/** What the other side of a rival answers, for they have no receipts of their own. */
export const confirmation = 'got it';

/** Since the click, by the clock of the page that clicked. */
export interface DialTimes {
  readonly openMs: number;
  /** The side that clicked knows that the other one has its first message. */
  readonly deliveredMs: number;
}

/** Far above anything that works; what does not work ends the run with a sentence. */
const deadlineMs = 8_000;

/** The result, or a rejection that says what did not happen in time. */
export function inTime<T>(what: string, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`${what}: not within ${deadlineMs} ms`)), deadlineMs);
  return Promise.race([work, late.promise]).finally(() => clearTimeout(timer));
}

/** Dials, sends as soon as the link is open, and waits for the confirmation. */
export async function dialAndSend(link: {
  readonly open: Promise<unknown>;
  readonly confirmed: Promise<unknown>;
  readonly send: () => void;
  readonly clickedMs: number;
}): Promise<DialTimes> {
  await inTime('a link opens', link.open);
  const openMs = performance.now() - link.clickedMs;
  link.send();
  await inTime('a message is confirmed', link.confirmed);
  return { openMs, deliveredMs: performance.now() - link.clickedMs };
}
