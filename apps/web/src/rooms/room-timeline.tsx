import type { RoomPermissions } from '@bothy/rooms/views';
import { type RefObject, useEffect, useRef } from 'react';
import type { Placed } from '../timeline/day-groups.ts';
import { LogFrame } from '../timeline/log-frame.tsx';
import type { RowsState, RowWindow } from '../timeline/row-window.ts';
import type { SteadyScroll } from '../timeline/use-steady-scroll.ts';
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

/** What was said and what happened in a room. */
export function RoomTimeline(props: RoomTimelineProps) {
  const { roomName, actions, permissions, jumpTo, jumped, ...log } = props;
  const { items } = log;
  const scroll = useRef<SteadyScroll>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once the message is among the items
  useEffect(() => {
    if (jumpTo === undefined) return;
    const bubble = scroll.current?.ref.current?.querySelector<HTMLElement>(`[data-seq="${jumpTo}"]`);
    if (bubble === null || bubble === undefined) return;
    scroll.current?.leaveEnd();
    bubble.scrollIntoView({ block: 'center' });
    bubble.focus();
    scroll.current?.scrolled();
    jumped();
  }, [jumpTo, items]);
  const empty = !items.some(({ kind }) => kind === 'message');

  return (
    <LogFrame
      {...log}
      label={`Messages in ${roomName}`}
      empty={empty}
      beginning={
        <p className="log-top hint">
          {empty
            ? 'Nothing has been said here yet. Whoever comes later reads it from here on.'
            : 'The beginning of this room'}
        </p>
      }
      item={(item) => <TimelineItem key={item.key} item={item} actions={actions} permissions={permissions} />}
      scrolls={(given) => {
        scroll.current = given;
      }}
    />
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
