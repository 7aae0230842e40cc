import type { PeerSession } from '@bothy/peer/drivers/browser';
import { useId, useRef, useState } from 'react';
import { Fingerprint } from '../chats/fingerprint.tsx';
import { SaveKey } from '../keys/save-key.tsx';

/** One's own name; behind it what others compare, and the key to take along. */
export function OwnPage({ me }: { me: PeerSession['me'] }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [saving, setSaving] = useState(false);
  const titleId = useId();
  return (
    <>
      <button type="button" className="top-me" onClick={() => dialog.current?.showModal()}>
        <span className="visually-hidden">You are </span>
        {me.name}
      </button>
      <dialog ref={dialog} className="dialog" aria-labelledby={titleId} onClose={() => setSaving(false)}>
        <h2 id={titleId}>{saving ? 'Save your key' : `You are ${me.name}`}</h2>
        {saving ? (
          <SaveKey name={me.name} close={() => dialog.current?.close()} />
        ) : (
          <>
            <p>
              Others add you by this name. Your key and your messages are in this browser and nowhere else.
            </p>
            <Fingerprint person={me.person} whose="your" />
            <p className="hint">Whoever sees the same one beside your name talks with you and nobody else.</p>
            <div className="actions">
              <button type="button" className="button" onClick={() => setSaving(true)}>
                Save my key…
              </button>
              <button type="button" className="button" onClick={() => dialog.current?.close()}>
                Close
              </button>
            </div>
          </>
        )}
      </dialog>
    </>
  );
}
