/** The pages for a start that takes time or does not succeed. */
import type { BothyError } from '@bothy/wire';
import type { ReactNode } from 'react';
import { useLasting } from '../app/use-clock.ts';
import { Mark } from '../shell/mark.tsx';

/** A page with one thing to say. */
export function MessagePage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="page">
      <div className="page-card">
        <Mark sizePx={48} />
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}

/** Says nothing at first: most starts are over before anybody could read it. */
export function LoadingPage() {
  const slow = useLasting(true, 400);
  return (
    <main className="page" aria-busy="true">
      <div className="page-card page-quiet">{slow && <p>Opening Bothy…</p>}</div>
    </main>
  );
}

export function StartFailure({ error, again }: { error: BothyError; again: () => void }) {
  if (error.code === 'configuration_invalid') return <InsecurePage />;
  const storage = error.code === 'storage_failed';
  return (
    <MessagePage title={storage ? 'Your messages cannot be stored here' : 'Bothy could not start'}>
      <p>{error.message}</p>
      {storage && (
        <p>
          Bothy keeps your keys and messages in this browser and nowhere else. A private window, a full disk
          or a setting that blocks site data can be the reason.
        </p>
      )}
      <button type="button" className="button primary" onClick={again}>
        Try again
      </button>
    </MessagePage>
  );
}

function InsecurePage() {
  const local = `http://localhost${location.port === '' ? '' : `:${location.port}`}/`;
  return (
    <MessagePage title="This address is not secure enough">
      <p>
        Browsers give keys only to pages that come over <strong>https</strong> or from this very machine.
        Without keys nobody could tell that a message is yours.
      </p>
      <p>
        On the machine that runs the node, open <a href={local}>{local}</a>. From another machine, ask whoever
        runs the node for its https address.
      </p>
    </MessagePage>
  );
}

/** The session ended by itself while it was in use. */
export function SessionEnded({ error }: { error: BothyError }) {
  return (
    <MessagePage title="Bothy had to stop">
      <p>{error.message}</p>
      <p>What was shown as saved is saved.</p>
      <button type="button" className="button primary" onClick={() => location.reload()}>
        Start again
      </button>
    </MessagePage>
  );
}
