import type { PeerSession } from '@bothy/peer/drivers/browser';
import type { PeerState } from '@bothy/peer/views';
import { useId, useRef } from 'react';
import { useLasting } from '../app/use-clock.ts';
import { Fingerprint } from '../chats/fingerprint.tsx';
import { Mark } from './mark.tsx';
import { nodeMissedAfterMs, nodeWords } from './node-words.ts';

/** Who one is here, and whether the node is in reach. */
export function TopBar({ me, state }: { me: PeerSession['me']; state: PeerState }) {
  const missed = useLasting(state.signalling === 'down', nodeMissedAfterMs);
  const words = nodeWords(state, missed);
  return (
    <header className="top-bar">
      <Mark />
      <span className="top-title">Bothy</span>
      <Me me={me} />
      <p className={`top-node tone-${words.tone}`} aria-live="polite" title={words.full}>
        <span className="tone-dot" aria-hidden="true" />
        <span className="only-wide">{words.full}</span>
        <span className="only-narrow">{words.short}</span>
      </p>
    </header>
  );
}

/** One's own name; behind it what others compare. */
function Me({ me }: { me: PeerSession['me'] }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  return (
    <>
      <button type="button" className="top-me" onClick={() => dialog.current?.showModal()}>
        <span className="visually-hidden">You are </span>
        {me.name}
      </button>
      <dialog ref={dialog} className="dialog" aria-labelledby={titleId}>
        <h2 id={titleId}>You are {me.name}</h2>
        <p>Others add you by this name. Your key and your messages are in this browser and nowhere else.</p>
        <Fingerprint person={me.person} whose="your" />
        <p className="hint">Whoever sees the same one beside your name talks with you and nobody else.</p>
        <div className="actions">
          <button type="button" className="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </div>
      </dialog>
    </>
  );
}
