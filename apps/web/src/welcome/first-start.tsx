import type { BothyError, Name } from '@bothy/wire';
import { type FormEvent, useId, useRef, useState } from 'react';
import { OpenKey } from '../keys/open-key.tsx';
import { Mark } from '../shell/mark.tsx';
import { nameLengths, nameProblem, tidyName } from './name-words.ts';

interface FirstStartProps {
  /** Starts with a new key under this name. Resolves to why that was not possible. */
  readonly choose: (name: Name) => Promise<BothyError | undefined>;
  /** Starts with the key of a file. Resolves to why that was not possible. */
  readonly openKey: (file: string, passphrase: string) => Promise<BothyError | undefined>;
  /** Whether the address that was opened carries an invitation. */
  readonly invited: boolean;
}

/** The first page a person ever sees: choose a name, and that is all. */
export function FirstStart({ choose, openKey, invited }: FirstStartProps) {
  const [opening, setOpening] = useState(false);
  const [typed, setTyped] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<BothyError>();
  const hintId = useId();
  const field = useRef<HTMLInputElement>(null);
  const name = tidyName(typed);
  const problem = nameProblem(name);
  // While somebody still types, "too short" would be a complaint about nothing.
  const shown = tried || name.length > 1 ? problem : undefined;

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    setTried(true);
    setRefusal(undefined);
    if (problem !== undefined || busy) return;
    setBusy(true);
    const refused = await choose(name);
    setBusy(false);
    setRefusal(refused);
    if (refused?.code === 'name_taken') field.current?.select();
  }

  if (opening) return <OpenKey open={openKey} back={() => setOpening(false)} />;
  return (
    <main className="page">
      <form className="page-card" onSubmit={submit} noValidate>
        <Mark sizePx={56} />
        <h1>Come in</h1>
        {invited && (
          <p className="notice invited">
            <strong>You were invited.</strong> Choose the name by which the others here will know you.
          </p>
        )}
        <p>
          Bothy carries messages between people and devices, also when the network does not. No account, no
          cloud: your keys and messages stay in this browser.
        </p>
        <label className="field">
          <span>Your name</span>
          <input
            // The page has one thing to do.
            // biome-ignore lint/a11y/noAutofocus: nothing comes before the only field of the page
            autoFocus
            ref={field}
            value={typed}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            maxLength={nameLengths.max + 8}
            aria-invalid={shown !== undefined}
            aria-describedby={hintId}
            onChange={(event) => {
              setTyped(event.target.value);
              setRefusal(undefined);
            }}
          />
        </label>
        <p id={hintId} className={shown === undefined ? 'hint' : 'hint problem'} aria-live="polite">
          {shown ?? hintFor(name)}
        </p>
        {refusal !== undefined && <Refusal error={refusal} name={name} />}
        <button type="submit" className="button primary" aria-disabled={busy}>
          {busy ? 'Starting…' : 'Start'}
        </button>
        <button type="button" className="link-button" onClick={() => setOpening(true)}>
          I have a key file
        </button>
      </form>
    </main>
  );
}

function hintFor(name: string): string {
  if (name === '') return 'Others type it to find you: letters, digits, dots, hyphens.';
  return name.length < nameLengths.min ? 'And a little more…' : `Others will know you as ${name}.`;
}

function Refusal({ error, name }: { error: BothyError; name: string }) {
  return (
    <p className="notice bad" role="alert">
      {refusalWords(error, name)}
    </p>
  );
}

function refusalWords(error: BothyError, name: string): string {
  switch (error.code) {
    case 'name_taken':
      return `Somebody else is called ${name} here. Choose another name.`;
    case 'broker_unreachable':
      return 'The node does not answer, and only it knows which names are free. Check that it runs, then press Start again.';
    case 'registration_closed':
      return 'This node takes no new people at the moment. Ask whoever runs it.';
    case 'invitation_required':
      return 'This node takes new people by invitation. Ask whoever runs it for a link, and open that.';
    case 'invitation_invalid':
      return 'This invitation is used up or has expired. Ask whoever runs the node for a new link.';
    default:
      return error.message;
  }
}
