/** Other nodes of the cluster that this browser has heard of, for when the one that served the page is gone. */
import * as z from 'zod/mini';
import type { DraftStorage } from '../timeline/drafts.ts';

const key = 'bothy-nodes';
const most = 16;
const shape = z.array(z.string().check(z.regex(/^https?:\/\/[^/?#\s]{1,253}$/))).check(z.maxLength(most));

/** Origins. `storage` may throw, as even asking for it does in some browsers: then none are known. */
export function readKnownNodes(storage: () => DraftStorage): readonly string[] {
  try {
    const result = shape.safeParse(JSON.parse(storage().getItem(key) ?? '[]'));
    return result.success ? result.data : [];
  } catch {
    return [];
  }
}

export function writeKnownNodes(origins: readonly string[], storage: () => DraftStorage): void {
  try {
    storage().setItem(key, JSON.stringify(origins.slice(0, most)));
  } catch {
    // Then chats wait for the node of the page.
  }
}
