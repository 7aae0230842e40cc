import type { MessageItem } from '@bothy/peer/views';
import type { RefObject } from 'react';
import { LogFrame } from '../timeline/log-frame.tsx';
import type { RowsState } from '../timeline/row-window.ts';
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

/** The messages of a conversation. */
export function MessageLog({ contactName, typing, actions, ...log }: MessageLogProps) {
  const lastMine = log.items.findLast((item) => item.mine && item.status !== 'failed')?.key;
  return (
    <LogFrame
      {...log}
      label={`Messages with ${contactName}`}
      typing={typing ? `${contactName} is writing…` : undefined}
      empty={log.items.length === 0}
      beginning={log.items.length === 0 && <SayHello contactName={contactName} />}
      item={(item) => (
        <MessageBubble
          key={item.key}
          item={item}
          contactName={contactName}
          spelledOut={item.key === lastMine}
          actions={actions}
        />
      )}
    />
  );
}

function SayHello({ contactName }: { contactName: string }) {
  return (
    <div className="empty empty-log">
      <h3>Say hello to {contactName}</h3>
      <p>What you write goes straight from your device to theirs, and waits here while they are away.</p>
    </div>
  );
}
