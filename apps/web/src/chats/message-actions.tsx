import type { MessageItem } from '@bothy/peer/views';
import { useState } from 'react';
import { Icon } from '../shell/icons.tsx';

/** What can be done with a message. */
export interface MessageActions {
  readonly mayChange: (item: MessageItem) => boolean;
  readonly edit: (item: MessageItem) => void;
  /** For both sides. */
  readonly remove: (item: MessageItem) => void;
  /** Takes one back that is still pending; it can be sent again. */
  readonly cancel: (item: MessageItem) => void;
  /** Sends one that failed again. */
  readonly retry: (item: MessageItem) => void;
  /** Gives up one that failed. */
  readonly forget: (item: MessageItem) => void;
}

interface MessageButtonsProps {
  readonly item: MessageItem;
  readonly actions: MessageActions;
}

/** Beside an own message, while the pointer or the focus is on it. Deleting asks once more. */
export function MessageButtons({ item, actions }: MessageButtonsProps) {
  const [asking, setAsking] = useState(false);
  if (asking) {
    return (
      // biome-ignore lint/a11y/useSemanticElements: a fieldset would be drawn as a part of a form
      <div className="bubble-question" role="group" aria-label="Delete this message?">
        <span>Delete it for both of you?</span>
        <button type="button" className="button small danger" onClick={() => actions.remove(item)}>
          Delete
        </button>
        <button
          type="button"
          className="button small"
          // biome-ignore lint/a11y/noAutofocus: the button that had the focus has just gone
          autoFocus
          onClick={() => setAsking(false)}
        >
          Keep
        </button>
      </div>
    );
  }
  const pending = item.status === 'pending';
  const removeName = pending ? 'Cancel sending' : 'Delete message';
  return (
    <div className="bubble-actions">
      <button
        type="button"
        className="button icon-only"
        aria-label="Edit message"
        title="Edit"
        onClick={() => actions.edit(item)}
      >
        <Icon name="edit" sizePx={16} />
      </button>
      <button
        type="button"
        className="button icon-only"
        aria-label={removeName}
        title={removeName}
        // What is cancelled can be sent again, so nothing is asked.
        onClick={() => (pending ? actions.cancel(item) : setAsking(true))}
      >
        <Icon name={pending ? 'close' : 'delete'} sizePx={16} />
      </button>
    </div>
  );
}

/** Below a message that failed: why, and what now. */
export function FailedMessage({ item, actions }: MessageButtonsProps) {
  return (
    <div className="bubble-failure">
      <p>{item.failure}</p>
      <div className="actions">
        <button type="button" className="button small" onClick={() => actions.retry(item)}>
          Send again
        </button>
        <button type="button" className="button small" onClick={() => actions.forget(item)}>
          Delete
        </button>
      </div>
    </div>
  );
}
