import type { MessageItem } from '@bothy/peer/views';
import { useState } from 'react';
import { Icon } from '../shell/icons.tsx';

/** What can be done with a message. */
export interface MessageActions {
  readonly mayChange: (item: MessageItem) => boolean;
  readonly edit: (item: MessageItem) => void;
  /** For both sides; a message that has not left yet never will. */
  readonly remove: (item: MessageItem) => void;
}

/** Beside an own message, while the pointer or the focus is on it. Deleting asks once more. */
export function MessageButtons({ item, actions }: { item: MessageItem; actions: MessageActions }) {
  const [asking, setAsking] = useState(false);
  const pending = item.status === 'pending';
  if (asking) {
    return (
      // biome-ignore lint/a11y/useSemanticElements: a fieldset would be drawn as a part of a form
      <div className="bubble-question" role="group" aria-label="Delete this message?">
        <span>{pending ? 'Do not send it?' : 'Delete it for both of you?'}</span>
        <button type="button" className="button small danger" onClick={() => actions.remove(item)}>
          {pending ? 'Cancel message' : 'Delete'}
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
        onClick={() => setAsking(true)}
      >
        <Icon name={pending ? 'close' : 'delete'} sizePx={16} />
      </button>
    </div>
  );
}
