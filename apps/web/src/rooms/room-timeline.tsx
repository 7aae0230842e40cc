import type { RoomPermissions } from '@bothy/rooms/views';
import { type RefObject, useEffect, useMemo } from 'react';
import { useClock } from '../app/use-clock.ts';
import { Icon } from '../shell/icons.tsx';
import { dayLabel, groupByDay, type Placed } from '../timeline/day-groups.ts';
import { walkMessages } from '../timeline/message-walk.ts';
import { readerFormat } from '../timeline/reader-format.ts';
import { maxRows, pageRows, type RowsState, type RowWindow } from '../timeline/row-window.ts';
import { useSteadyScroll } from '../timeline/use-steady-scroll.ts';
import type { RoomItem } from './room-items.ts';
import type { RoomRow } from './room-log.ts';
import { type RoomActions, RoomBubble } from './room-message.tsx';

interface RoomTimelineProps {
  readonly roomName: string;
  readonly items: readonly RoomItem[];
  readonly history: RowsState<RoomRow>;
  readonly pages: Pick<RowWindow<RoomRow>, 'readOlder' | 'readNewer' | 'readAgain'>;
  readonly unread: number;
  readonly atEnd: boolean;
  readonly onAtEnd: (atEnd: boolean) => void;
  readonly toNewest: () => void;
  readonly toEndRef: RefObject<() => void>;
  /** Who writes just now, in words. */
  readonly typing: string | undefined;
  readonly actions: RoomActions;
  readonly permissions: RoomPermissions;
  /** A message to bring into sight. */
  readonly jumpTo: number | undefined;
  readonly jumped: () => void;
}

/** The window of the room that is read, by day. */
export function RoomTimeline(props: RoomTimelineProps) {
  const { roomName, items, history, pages, unread, atEnd, onAtEnd, toNewest, toEndRef } = props;
  const { typing, actions, permissions, jumpTo, jumped } = props;
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: once the message is among the items
  useEffect(() => {
    if (jumpTo === undefined) return;
    const bubble = scroll.ref.current?.querySelector<HTMLElement>(`[data-seq="${jumpTo}"]`);
    if (bubble === null || bubble === undefined) return;
    scroll.leaveEnd();
    bubble.scrollIntoView({ block: 'center' });
    bubble.focus();
    scroll.scrolled();
    jumped();
  }, [jumpTo, items]);
  const nowMs = useClock(60_000);
  const days = useMemo(() => groupByDay(items, readerFormat), [items]);

  return (
    <div className="log-frame">
      <div
        className="log"
        ref={scroll.ref}
        role="log"
        aria-label={`Messages in ${roomName}`}
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
          <TimelineTop
            history={history}
            empty={!items.some(({ kind }) => kind === 'message')}
            readOlder={problem === undefined ? pages.readOlder : pages.readAgain}
          />
          {days.map((group) => (
            <div key={group.key}>
              <h3 className="day">{dayLabel(group.day, nowMs, readerFormat)}</h3>
              <ol className="bubbles">
                {group.items.map((item) => (
                  <TimelineItem key={item.key} item={item} actions={actions} permissions={permissions} />
                ))}
              </ol>
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

interface TimelineItemProps {
  readonly item: Placed<RoomItem>;
  readonly actions: RoomActions;
  readonly permissions: RoomPermissions;
}

function TimelineItem({ item, actions, permissions }: TimelineItemProps) {
  switch (item.kind) {
    case 'message':
      return <RoomBubble item={item} actions={actions} permissions={permissions} />;
    case 'quiet':
      return (
        <li className="quiet-line" data-key={item.key}>
          {item.text}
        </li>
      );
    case 'unread':
      return (
        <li className="unread-line" data-key={item.key}>
          <span>New since you were here</span>
        </li>
      );
    case 'gap':
      return (
        <li className="gap-line" data-key={item.key}>
          <p>{gapWords(item.seq, item.to)}</p>
          <button type="button" className="button small" onClick={() => actions.loadGap(item.seq)}>
            Load
          </button>
        </li>
      );
  }
}

function gapWords(from: number, to: number): string {
  const count = to - from + 1;
  return count === 1
    ? 'One entry is not here yet.'
    : `${count} entries between these messages are not here yet.`;
}

interface TimelineTopProps {
  readonly history: RowsState<RoomRow>;
  readonly empty: boolean;
  readonly readOlder: () => void;
}

function TimelineTop({ history, empty, readOlder }: TimelineTopProps) {
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
  return (
    <p className="log-top hint">
      {empty
        ? 'Nothing has been said here yet. Whoever comes later reads it from here on.'
        : 'The beginning of this room'}
    </p>
  );
}
