import { BothyError } from '@bothy/wire';
import { type FormEvent, useId, useState } from 'react';
import type { Registration } from '../node/node-client.ts';
import type { Invitation, OperatorClient } from '../node/operator-client.ts';
import { invitationWords, leadsHome, wholeNumber } from './node-words.ts';
import { QrCode } from './qr-code.tsx';

const mostPeople = 1_000;
const mostDays = 365;

interface InvitePeopleProps {
  readonly client: OperatorClient;
  readonly registration: Registration;
}

/** Makes a link that lets people in, to be sent or scanned. */
export function InvitePeople({ client, registration }: InvitePeopleProps) {
  const [people, setPeople] = useState('1');
  const [days, setDays] = useState('7');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [made, setMade] = useState<Invitation>();
  const hintId = useId();

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy) return;
    const uses = wholeNumber(people, mostPeople);
    const lasting = wholeNumber(days, mostDays);
    if (uses === undefined) return setProblem(`People: a whole number from 1 to ${mostPeople}.`);
    if (lasting === undefined) return setProblem(`Days: a whole number from 1 to ${mostDays}.`);
    setBusy(true);
    setProblem(undefined);
    try {
      setMade(await client.invite(uses, lasting));
    } catch (thrown) {
      setProblem(BothyError.from(thrown).message);
    }
    setBusy(false);
  }

  if (registration === 'closed') {
    return (
      <p>
        This node is closed. Start it with <code className="node-flag">--registration invite</code> to let
        people in by a link.
      </p>
    );
  }
  if (made !== undefined) return <MadeInvitation made={made} another={() => setMade(undefined)} />;
  return (
    <form className="invite-form" noValidate onSubmit={submit} aria-label="Invite people">
      <p>
        {registration === 'invite'
          ? 'Who opens the link may take a name that is free. Each new name is one use.'
          : 'Anybody may take a free name here, with a link or without. A link is still the quickest way in.'}
      </p>
      <div className="invite-fields">
        <label className="field">
          <span>People</span>
          <input
            inputMode="numeric"
            value={people}
            aria-describedby={hintId}
            onChange={(event) => setPeople(event.target.value)}
          />
        </label>
        <label className="field">
          <span>Days</span>
          <input
            inputMode="numeric"
            value={days}
            aria-describedby={hintId}
            onChange={(event) => setDays(event.target.value)}
          />
        </label>
      </div>
      <p id={hintId} className="hint problem" aria-live="polite">
        {problem}
      </p>
      <button type="submit" className="button primary" aria-disabled={busy}>
        {busy ? 'Making it…' : 'Make a link'}
      </button>
    </form>
  );
}

function MadeInvitation({ made, another }: { made: Invitation; another: () => void }) {
  const [copied, setCopied] = useState<boolean>();
  const { link, uses, expiresAt } = made;

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(link);
      setCopied(true);
    } catch {
      // The browser asks, and people may say no; the link can be marked by hand.
      setCopied(false);
    }
  }

  return (
    <section className="invitation" aria-label="Invitation">
      <QrCode text={link} label="The link as a QR code" />
      <p className="invitation-link">
        <code>{link}</code>
      </p>
      <p className="hint">{invitationWords(uses, expiresAt)} The node cannot show it again.</p>
      {leadsHome(link) && (
        <p className="notice">
          <span>
            This link works on this machine only. Start the node with <code className="node-flag">--lan</code>{' '}
            to let other devices in.
          </span>
        </p>
      )}
      <div className="actions">
        <button type="button" className="button primary" onClick={copy}>
          Copy link
        </button>
        <button type="button" className="button" onClick={another}>
          Another one
        </button>
      </div>
      <p className="hint" role="status">
        {copied === true && 'Copied.'}
        {copied === false && 'The browser does not allow that. Mark the link and copy it by hand.'}
      </p>
    </section>
  );
}
