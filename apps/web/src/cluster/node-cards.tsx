import { clockNote } from '@bothy/rooms/views';
import type { ClusterStatusAnswer } from '@bothy/wire/schemas';
import { useId } from 'react';
import { useClock } from '../app/use-clock.ts';
import { routeHash } from '../routing/route.ts';
import { shortMoment } from '../timeline/day-groups.ts';
import { readerFormat } from '../timeline/reader-format.ts';
import type { ClusterDeletion, ClusterNode, ClusterRoom } from './cluster-client.ts';
import { deletionWords, healthWords } from './cluster-words.ts';
import { ForgetNode } from './forget-node.tsx';

interface NodeCardsProps {
  readonly status: ClusterStatusAnswer;
  readonly operates: boolean;
  readonly forget: (node: string, force: boolean) => Promise<void>;
}

/** What each node keeps, and for an operator the way to part with one that is gone. */
export function NodeCards({ status, operates, forget }: NodeCardsProps) {
  return (
    <ul className="node-cards" aria-label="What each node keeps">
      {status.nodes.map((node) => (
        <NodeCard
          key={node.id}
          node={node}
          rooms={status.rooms.filter(({ administrator }) => administrator === node.id)}
          forget={operates && node.health === 'down' ? (force) => forget(node.id, force) : undefined}
        />
      ))}
    </ul>
  );
}

interface NodeCardProps {
  readonly node: ClusterNode;
  readonly rooms: readonly ClusterRoom[];
  readonly forget: ((force: boolean) => Promise<void>) | undefined;
}

const tones = { up: 'good', suspected: 'away', down: 'bad' } as const;
/** More would make a page of one card. */
const mostRooms = 12;

function NodeCard({ node, rooms, forget }: NodeCardProps) {
  const titleId = useId();
  const { id, health, version } = node;
  const clock = clockNote(node.clock);
  return (
    <li className="node-card" aria-labelledby={titleId}>
      <h2 id={titleId}>{id}</h2>
      <p className={`tone-${tones[health]}`}>
        <span className="tone-dot" aria-hidden="true" />
        {healthWords[health]}
        <span className="hint"> · version {version}</span>
      </p>
      {clock !== undefined && <p className="tone-away">Its clock is {clock}.</p>}
      {rooms.length === 0 ? (
        <p className="hint">Keeps no room that you know of.</p>
      ) : (
        <ul className="node-rooms">
          {rooms.slice(0, mostRooms).map((room) => (
            <li key={room.id}>
              <a href={routeHash('rooms', room.id)}>{room.name}</a>
              {room.state === 'deleting' && <span className="hint"> being deleted</span>}
            </li>
          ))}
          {rooms.length > mostRooms && <li className="hint">and {rooms.length - mostRooms} more</li>}
        </ul>
      )}
      {forget !== undefined && <ForgetNode node={id} forget={forget} />}
    </li>
  );
}

export function LastDeletions({ deletions }: { deletions: readonly ClusterDeletion[] }) {
  const nowMs = useClock(60_000);
  const titleId = useId();
  if (deletions.length === 0) return null;
  return (
    <section aria-labelledby={titleId}>
      <h2 id={titleId}>Last deletions</h2>
      <ul className="deletions">
        {deletions.map((deletion) => (
          <li key={`${deletion.room} ${deletion.at}`}>
            <strong>{deletion.name === '' ? 'A room' : deletion.name}</strong>
            <span>{deletionWords(deletion)}</span>
            <time className="hint" dateTime={new Date(deletion.at).toISOString()}>
              {shortMoment(deletion.at, nowMs, readerFormat)}
            </time>
          </li>
        ))}
      </ul>
    </section>
  );
}
