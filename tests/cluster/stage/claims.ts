/** People who take names, and make rooms, at whichever node answers; and what they were told. */
import { randomBytes } from 'node:crypto';
import { createIdentity, type LocalIdentity, makeProof } from '@bothy/identity';
import type { ClaimInput, Operation } from '@bothy/protocols';
import { httpRequest } from '@bothy/testkit';
import type { NodeProcess } from './node-process.ts';

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Signs in at a node, which claims the name. Rejects when the node goes away meanwhile. */
export async function claimName(node: Pick<NodeProcess, 'webUrl'>, identity: LocalIdentity): Promise<Answer> {
  const post = async (path: string, body?: unknown): Promise<Answer> => {
    const { status, text } = await httpRequest(`${node.webUrl}${path}`, { method: 'POST', body });
    return { status, body: JSON.parse(text) };
  };
  const challenge = await post('/api/v1/session/challenge');
  const nonce = String(challenge.body.nonce);
  const audience = new URL(node.webUrl).host;
  const proof = await makeProof({ identity, audience, now: Date.now(), nonce });
  return await post('/api/v1/session', { proof });
}

export interface OwnedName {
  readonly name: string;
  readonly person: string;
  readonly conflict?: readonly string[];
  readonly stale?: true;
}

export class Claims {
  readonly names: Operation<ClaimInput, string>[] = [];
  /** What was answered of each creation: a name that belongs to the first room that was made of it. */
  readonly rooms: Operation<ClaimInput, string>[] = [];
  /** Answers that nobody should get. */
  readonly complaints: string[] = [];
  /** When names were bound, by `performance.now`. */
  readonly boundMs: number[] = [];
  refused = 0;
  /** Told that somebody else has the name. */
  taken = 0;

  /** One claim: who has it by the answer, or an answer that never came. */
  async name(node: NodeProcess, identity: LocalIdentity): Promise<'bound' | 'taken' | 'unknown'> {
    const { name, person } = identity;
    const calledMs = performance.now();
    const told = (output: string | undefined) =>
      this.names.push({
        client: person,
        input: { name, by: person },
        output,
        calledMs,
        answeredMs: performance.now(),
      });
    try {
      const { status, body } = await claimName(node, identity);
      if (status === 200) {
        told(person);
        this.boundMs.push(performance.now());
        return 'bound';
      }
      if (status === 409) {
        // It is on the disk of the node that says so, and names are not released here.
        told((await node.get<OwnedName>(`/api/v1/names/${name}`)).person);
        this.taken += 1;
        return 'taken';
      }
      if (status !== 503) this.complaints.push(`${name}: ${status} ${JSON.stringify(body)}`);
      this.refused += 1;
    } catch {
      // The node was killed before it answered, or is not there yet.
    }
    told(undefined);
    return 'unknown';
  }

  /** The same creation at several nodes at once, as by somebody who heard no answer from the first. */
  async room(nodes: readonly NodeProcess[], name: string): Promise<void> {
    const requestId = `create-${randomBytes(6).toString('hex')}`;
    await Promise.all(nodes.map((node) => this.#create(node, name, requestId)));
  }

  async #create(node: NodeProcess, name: string, requestId: string): Promise<void> {
    const socket = new WebSocket(node.socketUrl, 'bothy.v1');
    const answers = new Map<number, (answer: Answer['body']) => void>();
    const ended = new Promise<undefined>((resolve) => {
      socket.onclose = () => resolve(undefined);
    });
    socket.onmessage = ({ data }) => {
      const heard = JSON.parse(String(data)) as { id?: number };
      if (heard.id !== undefined) answers.get(heard.id)?.(heard as Answer['body']);
    };
    const call = (id: number, method: string, params: unknown) =>
      Promise.race([
        ended,
        new Promise<Answer['body']>((resolve) => {
          answers.set(id, resolve);
          socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
        }),
      ]);
    try {
      await Promise.race([ended, new Promise((resolve) => socket.addEventListener('open', resolve))]);
      if (socket.readyState !== WebSocket.OPEN) return;
      await call(1, 'session.open', { name: 'maker' });
      const calledMs = performance.now();
      const made = await call(2, 'room.create', { requestId, name });
      const result = made?.result as { room: { id: string } } | undefined;
      if (result === undefined) return;
      // Without an answer nobody knows which room it would have been.
      const { id } = result.room;
      const input = { name: requestId, by: id };
      this.rooms.push({ client: node.id, input, output: id, calledMs, answeredMs: performance.now() });
    } finally {
      socket.close();
    }
  }
}

export async function someone(name: string): Promise<LocalIdentity> {
  return await createIdentity({ name, issuedAt: Date.now() });
}
