import type { PeerSession } from '@bothy/peer/drivers/browser';
import { lazy, Suspense, useId, useRef, useState } from 'react';
import { Fingerprint } from '../chats/fingerprint.tsx';
import { SaveKey } from '../keys/save-key.tsx';
import { type OperatedNode, ThisNode } from '../operator/this-node.tsx';

// Few people ever need it.
const LookAfterNode = lazy(() => import('../operator/look-after-node.tsx'));

type View =
  | { readonly kind: 'closed' | 'self' | 'saving' }
  | { readonly kind: 'operating'; readonly operated: OperatedNode };

/** One's own name; behind it what others compare, the key to take along, and the node. */
export function OwnPage({ me }: { me: PeerSession['me'] }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [view, setView] = useState<View>({ kind: 'closed' });
  const titleId = useId();
  const close = () => dialog.current?.close();

  function open(): void {
    setView({ kind: 'self' });
    dialog.current?.showModal();
  }

  return (
    <>
      <button type="button" className="top-me" onClick={open}>
        <span className="visually-hidden">You are </span>
        {me.name}
      </button>
      <dialog
        ref={dialog}
        className="dialog"
        aria-labelledby={titleId}
        onClose={() => setView({ kind: 'closed' })}
      >
        <h2 id={titleId}>{titleOf(view, me.name)}</h2>
        {view.kind === 'saving' && <SaveKey name={me.name} close={close} />}
        {view.kind === 'self' && (
          <>
            <p>
              Others add you by this name. Your key and your messages are in this browser and nowhere else.
            </p>
            <Fingerprint person={me.person} whose="your" />
            <p className="hint">Whoever sees the same one beside your name talks with you and nobody else.</p>
            <ThisNode
              name={me.name}
              lookAfter={(operated) => setView({ kind: 'operating', operated })}
              leave={close}
            />
            <div className="actions">
              <button type="button" className="button" onClick={() => setView({ kind: 'saving' })}>
                Save my key…
              </button>
              <button type="button" className="button" onClick={close}>
                Close
              </button>
            </div>
          </>
        )}
        {view.kind === 'operating' && (
          <>
            <Suspense fallback={<p className="hint">Opening…</p>}>
              <LookAfterNode {...view.operated} me={me.name} />
            </Suspense>
            <div className="actions">
              <button type="button" className="button" onClick={() => setView({ kind: 'self' })}>
                Back
              </button>
              <button type="button" className="button" onClick={close}>
                Close
              </button>
            </div>
          </>
        )}
      </dialog>
    </>
  );
}

function titleOf(view: View, name: string): string {
  switch (view.kind) {
    case 'saving':
      return 'Save your key';
    case 'operating':
      return `Node ${view.operated.node.id}`;
    case 'closed':
    case 'self':
      return `You are ${name}`;
  }
}
