import { BothyError } from '@bothy/wire';
import { maxKeyFileBytes } from '@bothy/wire/schemas';
import { type FormEvent, useId, useState } from 'react';
import { Mark } from '../shell/mark.tsx';
import { Passphrase } from './passphrase.tsx';

interface OpenKeyProps {
  /** Starts with the key of a file. Resolves to why that was not possible. */
  readonly open: (text: string, passphrase: string) => Promise<BothyError | undefined>;
  readonly back: () => void;
}

/** First start for somebody who has been here before: a key file and its passphrase. */
export function OpenKey({ open, back }: OpenKeyProps) {
  const [file, setFile] = useState<File>();
  const [passphrase, setPassphrase] = useState('');
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const hintId = useId();

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (busy) return;
    if (file === undefined) return setProblem('Choose your key file first.');
    if (passphrase === '') return setProblem('Type the passphrase that you saved it with.');
    setBusy(true);
    setProblem(undefined);
    const refused = await openFile(file, passphrase, open);
    setBusy(false);
    setProblem(refused?.message);
  }

  return (
    <main className="page">
      <form className="page-card" onSubmit={submit} noValidate aria-label="Open my key">
        <Mark sizePx={56} />
        <h1>Welcome back</h1>
        <p>
          With your key file you are yourself again in this browser. Your contacts and messages stay where
          they are; people you add here know you by your key.
        </p>
        <label className="field">
          <span>Key file</span>
          <input
            type="file"
            accept=".json,application/json"
            onChange={(event) => {
              setFile(event.target.files?.[0]);
              setProblem(undefined);
            }}
          />
        </label>
        <Passphrase
          label="Passphrase"
          value={passphrase}
          change={(typed) => {
            setPassphrase(typed);
            setProblem(undefined);
          }}
          hintId={hintId}
          isNew={false}
        />
        <p id={hintId} className="hint problem" role="alert">
          {problem}
        </p>
        <div className="actions">
          <button type="submit" className="button primary" aria-disabled={busy}>
            {busy ? 'Opening…' : 'Open'}
          </button>
          <button type="button" className="button" onClick={back}>
            Back
          </button>
        </div>
      </form>
    </main>
  );
}

async function openFile(
  file: File,
  passphrase: string,
  open: OpenKeyProps['open'],
): Promise<BothyError | undefined> {
  if (file.size > maxKeyFileBytes) return new BothyError('bad_request', 'This is not a key file of Bothy.');
  try {
    return await open(await file.text(), passphrase);
  } catch (thrown) {
    // Browsers refuse to read what has changed or gone since it was chosen.
    return new BothyError('bad_request', 'The file cannot be read. Choose it again.', { cause: thrown });
  }
}
