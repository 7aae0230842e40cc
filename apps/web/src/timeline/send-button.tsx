import { Icon } from '../shell/icons.tsx';

/** Ends the form of a composer. */
export function SendButton({ changes, disabled }: { changes: boolean; disabled: boolean }) {
  return (
    <button
      type="submit"
      className="button primary icon-only"
      aria-label={changes ? 'Save change' : 'Send'}
      title={changes ? 'Save change (Enter)' : 'Send (Enter)'}
      aria-disabled={disabled}
    >
      <Icon name={changes ? 'sent' : 'send'} />
    </button>
  );
}
