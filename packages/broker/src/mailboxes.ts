/** What the broker keeps for persons who are not connected: sessions with what waits in them, and retained messages. */
import type { Name, PersonId } from '@bothy/wire';
import type { BoundedPersistence } from './bounded-persistence.ts';
import type { NodeClient } from './node-client.ts';

export interface Mailboxes {
  /** Ends the sessions that this broker keeps of a person. Returns how many there were. */
  endSessions(person: PersonId): Promise<number>;
  /** The same, and clears what is retained below their name, on all nodes. Returns how much there was. */
  clear(name: Name, person: PersonId): Promise<number>;
}

export class OwnMailboxes implements Mailboxes {
  readonly #persistence: BoundedPersistence;
  readonly #node: NodeClient;

  constructor(persistence: BoundedPersistence, node: NodeClient) {
    this.#persistence = persistence;
    this.#node = node;
  }

  async endSessions(person: PersonId): Promise<number> {
    const ids = this.#persistence.kept.clientIds.filter((id) => id.startsWith(`${person}/`));
    for (const id of ids) {
      await this.#persistence.cleanSubscriptions({ id });
      await this.#persistence.cleanIncoming({ id });
    }
    return ids.length;
  }

  async clear(name: Name, person: PersonId): Promise<number> {
    const sessions = await this.endSessions(person);
    const retained = await this.#node.retained(`user/${name}/#`);
    for (const { topic } of retained) await this.#node.publish(topic, '', { qos: 1, retain: true });
    return sessions + retained.length;
  }
}

/** Of an outside broker: whoever runs it ends what it keeps. */
export const noMailboxes: Mailboxes = {
  endSessions: async () => 0,
  clear: async () => 0,
};
