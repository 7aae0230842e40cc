import { useState } from 'react';

/** A line for a terminal, and a button that takes it along. */
export function CopyLine({ text }: { text: string }) {
  const [said, setSaid] = useState('');
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      setSaid('Select and copy it by hand: the browser does not allow it.');
    }
  }
  return (
    <div className="copy-line">
      <code>{text}</code>
      <button type="button" className="button small" onClick={() => void copy()}>
        Copy
      </button>
      <span className="hint" role="status">
        {said}
      </span>
    </div>
  );
}
