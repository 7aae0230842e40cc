import type { Contact } from '@bothy/peer/core';
import { useSession } from '../app/session-context.ts';
import { routeHash } from '../routing/route.ts';
import { goTo } from '../routing/use-route.ts';

/** The answer to somebody's request. Shown in one place at a time: in the list, or in the open pane. */
export function RequestActions({ contact }: { contact: Contact }) {
  const { run } = useSession();

  async function accept(): Promise<void> {
    if (await run({ kind: 'acceptContact', contact: contact.id })) goTo(routeHash('chats', contact.id));
  }

  async function decline(): Promise<void> {
    if (await run({ kind: 'declineContact', contact: contact.id })) goTo(routeHash('chats'));
  }

  return (
    <div className="actions">
      <button type="button" className="button primary" onClick={accept}>
        Accept
      </button>
      <button type="button" className="button" onClick={decline}>
        Decline
      </button>
    </div>
  );
}
