import { BothyError, type PersonId } from '@bothy/wire';
import { type FormEvent, useId, useState } from 'react';
import { useSession } from '../app/session-context.ts';
import { lookUpName } from '../node/node-client.ts';
import { sharedNameWords } from '../operator/name-standing.ts';
import { routeHash } from '../routing/route.ts';
import { goTo } from '../routing/use-route.ts';
import { nameProblem, tidyName } from '../welcome/name-words.ts';

/** What stands between the form and a request; `anyway` when asking all the same makes sense. */
interface Doubt {
  readonly message: string;
  readonly anyway: boolean;
  /** Whom to ask anyway, where that is known. */
  readonly person?: PersonId;
}

/** Asks somebody to become a contact, by name. */
export function AddContact({ close }: { close: () => void }) {
  const { ask } = useSession();
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [doubt, setDoubt] = useState<Doubt>();
  const doubtId = useId();
  const name = tidyName(typed);

  async function request(person: PersonId | undefined): Promise<void> {
    const result = await ask({ kind: 'addContact', name, ...(person === undefined ? {} : { person }) });
    if (!result.ok) return setDoubt({ message: result.message, anyway: false });
    close();
    goTo(routeHash('chats', person ?? `name:${name}`));
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy) return;
    const problem = nameProblem(name);
    if (problem !== undefined) return setDoubt({ message: problem, anyway: false });
    setBusy(true);
    setDoubt(undefined);
    const found = await lookUp(name);
    if ('doubt' in found) setDoubt(found.doubt);
    else await request(found.person);
    setBusy(false);
  }

  return (
    <form
      className="add-contact"
      aria-label="Add contact"
      noValidate
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        close();
      }}
    >
      <label className="field">
        <span>Name of the person</span>
        <input
          // biome-ignore lint/a11y/noAutofocus: the person has just asked for this field
          autoFocus
          value={typed}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          aria-invalid={doubt?.anyway === false}
          aria-describedby={doubtId}
          onChange={(event) => {
            setTyped(event.target.value);
            setDoubt(undefined);
          }}
        />
      </label>
      <div id={doubtId} aria-live="polite">
        {doubt !== undefined && <p className={doubt.anyway ? 'hint' : 'hint problem'}>{doubt.message}</p>}
      </div>
      <div className="actions">
        {doubt?.anyway === true ? (
          <button type="button" className="button primary" onClick={() => request(doubt.person)}>
            Ask anyway
          </button>
        ) : (
          <button type="submit" className="button primary" aria-disabled={busy}>
            {busy ? 'Looking…' : 'Send request'}
          </button>
        )}
        <button type="button" className="button" onClick={close}>
          Cancel
        </button>
      </div>
    </form>
  );
}

async function lookUp(name: string): Promise<{ person: PersonId } | { doubt: Doubt }> {
  try {
    const found = await lookUpName(name);
    if (found !== undefined && found.rivals.length > 0) {
      const shared = sharedNameWords(name, found.rivals.length);
      return { doubt: { message: shared, anyway: true, person: found.person } };
    }
    if (found !== undefined) return { person: found.person };
    const message = `Nobody here goes by ${name} yet. Your request can wait until somebody does: the first who takes that name gets it.`;
    return { doubt: { message, anyway: true } };
  } catch (thrown) {
    const error = BothyError.from(thrown);
    if (error.code !== 'broker_unreachable') return { doubt: { message: error.message, anyway: false } };
    const message = `The node cannot be asked who ${name} is at the moment. Your request can be kept and sent when it is back.`;
    return { doubt: { message, anyway: true } };
  }
}
