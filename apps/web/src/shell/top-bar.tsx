import type { PeerSession } from '@bothy/peer/drivers/browser';
import type { PeerState } from '@bothy/peer/views';
import { useLasting } from '../app/use-clock.ts';
import { Mark } from './mark.tsx';
import { nodeMissedAfterMs, nodeWords } from './node-words.ts';
import { OwnPage } from './own-page.tsx';

interface TopBarProps {
  readonly me: PeerSession['me'];
  readonly state: PeerState;
  /** Where rooms go on. */
  readonly roomsNode: string | undefined;
}

/** Who one is here, and whether the node is in reach. */
export function TopBar({ me, state, roomsNode }: TopBarProps) {
  const missed = useLasting(state.signalling === 'down', nodeMissedAfterMs);
  const words = nodeWords(state, missed, roomsNode);
  return (
    <header className="top-bar">
      <Mark />
      <span className="top-title">Bothy</span>
      <OwnPage me={me} />
      <p className={`top-node tone-${words.tone}`} aria-live="polite" title={words.full}>
        <span className="tone-dot" aria-hidden="true" />
        <span className="only-wide">{words.full}</span>
        <span className="only-narrow">{words.short}</span>
      </p>
    </header>
  );
}
