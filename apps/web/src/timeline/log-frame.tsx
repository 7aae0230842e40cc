import { type ReactNode, type RefObject, useEffect, useMemo } from 'react';
import { useClock } from '../app/use-clock.ts';
import { Icon } from '../shell/icons.tsx';
import { type Dated, dayLabel, groupByDay, type Placed } from './day-groups.ts';
import { walkMessages } from './message-walk.ts';
import { readerFormat } from './reader-format.ts';
import { maxRows, pageRows, type RowsState } from './row-window.ts';
import { type SteadyScroll, useSteadyScroll } from './use-steady-scroll.ts';

export interface LogFrameProps<T extends Dated> {
  readonly label: string;
  readonly items: readonly T[];
  readonly history: Pick<RowsState<never>, 'atNewest' | 'reading' | 'complete' | 'problem'> & {
    readonly rows: { readonly length: number };
  };
  readonly pages: {
    readonly readOlder: () => void;
    readonly readNewer: () => void;
    readonly readAgain: () => void;
  };
  readonly unread: number;
  /** Whether the person reads along at the end. */
  readonly atEnd: boolean;
  readonly onAtEnd: (atEnd: boolean) => void;
  /** Leaves what is shown for the newest messages. */
  readonly toNewest: () => void;
  /** Set to what scrolls to the end. */
  readonly toEndRef: RefObject<() => void>;
  /** Who writes just now, in words. */
  readonly typing: string | undefined;
  /** Nothing was said yet, as far as one can read. */
  readonly empty: boolean;
  /** Stands above the first message of all. */
  readonly beginning: ReactNode;
  readonly item: (item: Placed<T>) => ReactNode;
  /** Given what scrolls, after every render. */
  readonly scrolls?: (scroll: SteadyScroll) => void;
}

/** What was said, by day: the window of the conversation that is read. */
export function LogFrame<T extends Dated>(props: LogFrameProps<T>) {
  const { label, items, history, pages, unread, atEnd, onAtEnd, toNewest, toEndRef, typing } = props;
  const { problem } = history;
  const scroll = useSteadyScroll({
    atNewest: history.atNewest,
    canGrow: history.rows.length + pageRows <= maxRows,
    onAtEnd,
    nearTop: () => problem === undefined && pages.readOlder(),
    nearBottom: () => problem === undefined && pages.readNewer(),
  });
  useEffect(() => {
    toEndRef.current = scroll.toEnd;
    props.scrolls?.(scroll);
  });
  const nowMs = useClock(60_000);
  const days = useMemo(() => groupByDay(items, readerFormat), [items]);

  return (
    <div className="log-frame">
      <div
        className="log"
        ref={scroll.ref}
        role="log"
        aria-label={label}
        // What comes at the end is read out; pages of the past are not.
        aria-live={atEnd && !history.reading ? 'polite' : 'off'}
        aria-relevant="additions"
        aria-busy={history.reading}
        // Keyboards scroll what has the focus.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable
        tabIndex={0}
        onScroll={scroll.scrolled}
        onKeyDown={walkMessages}
      >
        <div className="log-content" ref={scroll.contentRef}>
          <LogTop {...props} readOlder={problem === undefined ? pages.readOlder : pages.readAgain} />
          {days.map((group) => (
            <div key={group.key}>
              <h3 className="day">{dayLabel(group.day, nowMs, readerFormat)}</h3>
              <ol className="bubbles">{group.items.map((item) => props.item(item))}</ol>
            </div>
          ))}
        </div>
      </div>
      {typing !== undefined && <p className="typing">{typing}</p>}
      {!(atEnd && history.atNewest) && (
        <button type="button" className="button to-end" onClick={toNewest}>
          <Icon name="down" />
          {unread > 0 ? `${unread} new` : 'Newest'}
        </button>
      )}
    </div>
  );
}

type LogTopProps = Pick<LogFrameProps<Dated>, 'history' | 'empty' | 'beginning'> & {
  readonly readOlder: () => void;
};

/** What stands above the first message: how to get more, or that there is none. */
function LogTop({ history, empty, beginning, readOlder }: LogTopProps) {
  if (history.problem !== undefined) {
    return (
      <div className="notice bad">
        <p>{history.problem}</p>
        <button type="button" className="button small" onClick={readOlder}>
          Try again
        </button>
      </div>
    );
  }
  if (history.reading) return empty ? null : <p className="log-top hint">Reading earlier messages…</p>;
  if (!history.complete) {
    return (
      <button type="button" className="button small log-top" onClick={readOlder}>
        Earlier messages
      </button>
    );
  }
  return beginning;
}
