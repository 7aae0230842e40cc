interface PassphraseProps {
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
  readonly hintId: string;
  /** Whether it is chosen now, so that no manager of passwords fills in an old one. */
  readonly isNew: boolean;
}

/** A field for a passphrase, described by the hint with this id. */
export function Passphrase({ label, value, change, hintId, isNew }: PassphraseProps) {
  return (
    <label className="field">
      <span>{label}</span>
      <input
        type="password"
        value={value}
        autoComplete={isNew ? 'new-password' : 'current-password'}
        aria-describedby={hintId}
        onChange={(event) => change(event.target.value)}
      />
    </label>
  );
}
