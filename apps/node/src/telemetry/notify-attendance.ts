/** Which persons have a session at this node: routes to them wait until they have. */
import type { SocketExtension, SocketSession } from '@bothy/rooms/drivers/websocket';

export class Attendance {
  readonly #sessions = new Map<string, Set<string>>();
  readonly #changed: (name: string, present: boolean) => void;

  constructor(changed: (name: string, present: boolean) => void) {
    this.#changed = changed;
  }

  /** For the sockets of rooms, which every person's session goes through. */
  readonly extension: SocketExtension = {
    methods: [],
    sessionOpened: (session) => this.#opened(session),
    sessionClosed: (session) => this.#closed(session),
  };

  /** Names of who is there. */
  get present(): readonly string[] {
    return [...this.#sessions.keys()];
  }

  sessionsOf(name: string): readonly string[] {
    return [...(this.#sessions.get(name) ?? [])];
  }

  #opened({ id, actor: { name, verified } }: SocketSession): void {
    // A guest may call themselves as they like: nothing is told to a name that nobody proved.
    if (!verified) return;
    const sessions = this.#sessions.get(name);
    if (sessions !== undefined) return void sessions.add(id);
    this.#sessions.set(name, new Set([id]));
    this.#changed(name, true);
  }

  #closed({ id, actor: { name } }: SocketSession): void {
    const sessions = this.#sessions.get(name);
    if (sessions === undefined || !sessions.delete(id) || sessions.size > 0) return;
    this.#sessions.delete(name);
    this.#changed(name, false);
  }
}
