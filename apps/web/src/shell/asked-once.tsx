import { type ReactNode, useEffect, useRef } from 'react';

interface AskedOnceProps {
  /** Names the group, and says what the button does. */
  readonly question: string;
  readonly className: string;
  readonly act: string;
  /** What the other button says. @default Keep */
  readonly decline?: string;
  /** For what does no harm. @default false */
  readonly isHarmless?: boolean;
  /** Said instead of the buttons, which could do nothing then. */
  readonly underWay?: string | undefined;
  readonly onAct: () => void;
  readonly keep: () => void;
  /** What it means. */
  readonly children: ReactNode;
}

/** The question before what is not easily taken back, in place of the button that asked for it. */
export function AskedOnce(props: AskedOnceProps) {
  const { question, className, act, decline = 'Keep', isHarmless = false, underWay } = props;
  const { onAct, keep, children } = props;
  const group = useRef<HTMLDivElement>(null);
  // The focus goes with the question; without a place to go to, whoever types would be at the top of the page.
  useEffect(() => {
    const place = group.current?.closest('section');
    return () => {
      if (document.activeElement !== document.body || !place) return;
      place.tabIndex = -1;
      place.focus({ preventScroll: true });
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be drawn as a part of a form
    <div
      ref={group}
      className={className}
      role="group"
      aria-label={question}
      aria-busy={underWay !== undefined}
    >
      <p>
        <strong>{question}</strong> {children}
      </p>
      {underWay === undefined ? (
        <div className="actions">
          <button
            type="button"
            className={`button small ${isHarmless ? 'primary' : 'danger'}`}
            onClick={onAct}
          >
            {act}
          </button>
          <button
            type="button"
            className="button small"
            // biome-ignore lint/a11y/noAutofocus: the button that had the focus has just gone
            autoFocus
            onClick={keep}
          >
            {decline}
          </button>
        </div>
      ) : (
        <p className="hint" role="status">
          {underWay}
        </p>
      )}
    </div>
  );
}
