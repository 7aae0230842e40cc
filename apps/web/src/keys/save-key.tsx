import { minPassphraseChars, writeKeyFile } from '@bothy/identity';
import { browserIdentityStore } from '@bothy/peer/drivers/browser';
import { BothyError } from '@bothy/wire';
import { type FormEvent, useId, useState } from 'react';
import { Passphrase } from './passphrase.tsx';

type Step = { readonly kind: 'asking' | 'sealing' | 'saved' } | { readonly kind: 'failed'; message: string };

/** Saves the person's key as a file, under a passphrase that is typed twice. */
export function SaveKey({ name, close }: { name: string; close: () => void }) {
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [step, setStep] = useState<Step>({ kind: 'asking' });
  const hintId = useId();

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (step.kind === 'sealing') return;
    const problem = passphraseProblem(passphrase, again);
    if (problem !== undefined) return setStep({ kind: 'failed', message: problem });
    setStep({ kind: 'sealing' });
    try {
      download(`bothy-key-${name}.json`, await sealedKey(passphrase));
      setPassphrase('');
      setAgain('');
      setStep({ kind: 'saved' });
    } catch (thrown) {
      setStep({ kind: 'failed', message: BothyError.from(thrown).message });
    }
  }

  if (step.kind === 'saved') {
    return (
      <>
        <p role="status">
          Your key is in your downloads as <strong>bothy-key-{name}.json</strong>. Keep the file and the
          passphrase apart: together they are you.
        </p>
        <div className="actions">
          <button type="button" className="button" onClick={close}>
            Done
          </button>
        </div>
      </>
    );
  }
  return (
    <form className="key-form" noValidate onSubmit={submit} aria-label="Save my key">
      <p>
        With your key in a file you can be {name} in another browser, or here again after its data was
        cleared. Contacts and messages are not in it.
      </p>
      <Passphrase label="Passphrase" value={passphrase} change={setPassphrase} hintId={hintId} isNew />
      <Passphrase label="Passphrase once more" value={again} change={setAgain} hintId={hintId} isNew />
      <p id={hintId} className={step.kind === 'failed' ? 'hint problem' : 'hint'} aria-live="polite">
        {step.kind === 'failed'
          ? step.message
          : `At least ${minPassphraseChars} characters; a few words are good. Nobody can recover it.`}
      </p>
      <div className="actions">
        <button type="submit" className="button primary" aria-disabled={step.kind === 'sealing'}>
          {step.kind === 'sealing' ? 'Sealing…' : 'Save file'}
        </button>
        <button type="button" className="button" onClick={close}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function passphraseProblem(passphrase: string, again: string): string | undefined {
  const length = [...passphrase].length;
  if (length < minPassphraseChars) {
    return `${length} of at least ${minPassphraseChars} characters: take a longer one.`;
  }
  return passphrase === again ? undefined : 'The two are not the same. Type them once more.';
}

async function sealedKey(passphrase: string): Promise<string> {
  const identity = await browserIdentityStore().load();
  if (identity?.personKeyPair === undefined) {
    throw new BothyError('not_found', 'Your key is not in this browser. Save it where you first started.');
  }
  const { name, personKeyPair } = identity;
  return await writeKeyFile({ name, personKeyPair }, passphrase);
}

function download(fileName: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  // The browser has taken it by the next turn; without this it is kept until the page is closed.
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
