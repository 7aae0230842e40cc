import { useState } from 'react';
import { Icon } from '../shell/icons.tsx';
import type { Quote } from './room-items.ts';

interface PinnedBarProps {
  readonly pinned: readonly Quote[];
  readonly mayUnpin: boolean;
  readonly jump: (seq: number) => void;
  readonly unpin: (seq: number) => void;
}

/** What is to stay in sight: the last pinned message, and behind it the others. */
export function PinnedBar({ pinned, mayUnpin, jump, unpin }: PinnedBarProps) {
  const [all, setAll] = useState(false);
  const shown = all ? pinned.toReversed() : pinned.slice(-1);
  if (shown.length === 0) return null;
  return (
    <section className="pinned" aria-label="Pinned messages">
      <ul>
        {shown.map((quote) => (
          <li key={quote.seq} className="pinned-line">
            <Icon name="pin" sizePx={16} />
            <button type="button" className="pinned-jump" onClick={() => jump(quote.seq)}>
              {quote.name === undefined ? 'An earlier message' : <strong>{quote.name}</strong>} {quote.text}
            </button>
            {mayUnpin && (
              <button
                type="button"
                className="button icon-only"
                aria-label="Unpin"
                title="Unpin"
                onClick={() => unpin(quote.seq)}
              >
                <Icon name="close" sizePx={16} />
              </button>
            )}
          </li>
        ))}
      </ul>
      {pinned.length > 1 && (
        <button type="button" className="link-button" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show one' : `All ${pinned.length}`}
        </button>
      )}
    </section>
  );
}
