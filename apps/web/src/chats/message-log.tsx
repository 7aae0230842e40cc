import type { MessageItem } from '@bothy/peer/views';
import { type RefObject, useEffect, useMemo } from 'react';
import { useClock } from '../app/use-clock.ts';
import { Icon } from '../shell/icons.tsx';
import { dayLabel, groupByDay } from '../timeline/day-groups.ts';
import { walkMessages } from '../timeline/message-walk.ts';
import { readerFormat } from '../timeline/reader-format.ts';
import { maxRows, pageRows, type RowsState } from '../timeline/row-window.ts';
import { useSteadyScroll } from '../timeline/use-steady-scroll.ts';
import type { ConversationRows } from './conversation-rows.ts';
import type { MessageActions } from './message-actions.tsx';
import { MessageBubble } from './message-bubble.tsx';

interface MessageLogProps {
  readonly contactName: string;
  readonly items: readonly MessageItem[];
  readonly history: RowsState;
  readonly pages: Pick<ConversationRows, 'readOlder' | 'readNewer' | 'readAgain'>;
  readonly unread: number;
  readonly atEnd: boolean;
  readonly onAtEnd: (atEnd: boolean) => void;
  /** Leaves what is shown for the newest messages. */
  readonly toNewest: () => void;
  /** Set to what scrolls to the end. */
  readonly toEndRef: RefObject<() => void>;
  /** Whether the other one is writing just now. */
  readonly typing: boolean;
  readonly actions: MessageActions;
}

/** The messages, by day: the window of the conversation that is read. */
export function MessageLog(props: MessageLogProps) {
  const { contactName, items, history, pages, unread, atEnd, onAtEnd, toNewest, toEndRef, typing, actions } =
    props;
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
  });
  const nowMs = useClock(60_000);
  const days = useMemo(() => groupByDay(items, readerFormat), [items]);
  const lastMine = items.findLast((item) => item.mine && item.status !== 'failed')?.key;

  return (
    <div className="log-frame">
      <div
        className="log"
        ref={scroll.ref}
        role="log"
        aria-label={`Messages with ${contactName}`}
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
          <LogTop
            history={history}
            empty={items.length === 0}
            contactName={contactName}
            readOlder={problem === undefined ? pages.readOlder : pages.readAgain}
          />
          {days.map((group) => (
            <div key={group.key}>
              <h3 className="day">{dayLabel(group.day, nowMs, readerFormat)}</h3>
              <ol className="bubbles">
                {group.items.map((item) => (
                  <MessageBubble
                    key={item.key}
                    item={item}
                    contactName={contactName}
                    spelledOut={item.key === lastMine}
                    actions={actions}
                  />
                ))}
              </ol>
            </div>
          ))}
        </div>
      </div>
      {typing && <p className="typing">{contactName} is writing…</p>}
      {!atEnd && (
        <button type="button" className="button to-end" onClick={toNewest}>
          <Icon name="down" />
          {unread > 0 ? `${unread} new` : 'Newest'}
        </button>
      )}
    </div>
  );
}

interface LogTopProps {
  readonly history: RowsState;
  readonly empty: boolean;
  readonly contactName: string;
  readonly readOlder: () => void;
}

/** What stands above the first message: how to get more, or that there is none. */
function LogTop({ history, empty, contactName, readOlder }: LogTopProps) {
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
  if (!empty) return null;
  return (
    <div className="empty empty-log">
      <h3>Say hello to {contactName}</h3>
      <p>What you write goes straight from your device to theirs, and waits here while they are away.</p>
    </div>
  );
}
