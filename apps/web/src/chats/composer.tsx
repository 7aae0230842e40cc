import { deviceOf, type MessageItem } from '@bothy/peer/views';
import type { ErrorCode, PersonId } from '@bothy/wire';
import { type FormEvent, type KeyboardEvent, useCallback, useId, useState } from 'react';
import { useSession } from '../app/session-context.ts';
import { Icon } from '../shell/icons.tsx';
import { checkDraft } from '../timeline/draft-check.ts';
import { newMessageId } from '../timeline/message-id.ts';
import { SendButton } from '../timeline/send-button.tsx';
import { useDraftField } from '../timeline/use-draft-field.ts';
import { useTypingSign } from '../timeline/use-typing-sign.ts';

/** Refusals that another text would help against: then the text is wanted in the field. */
const textProblems: readonly ErrorCode[] = ['message_empty', 'message_too_large'];

interface ComposerProps {
  readonly contactName: string;
  readonly person: PersonId;
  /** The message that is changed; undefined while a new one is written. */
  readonly editing: MessageItem | undefined;
  /** The change is made or given up. */
  readonly done: () => void;
  /** Called with every message that is sent, before its answer. */
  readonly onSend: () => void;
  /** Keeps a message that was refused for another reason than its text. */
  readonly refused: (text: string, reason: string) => void;
  /** Begins to change the last own message. */
  readonly editLast: () => void;
}

/** Where messages are written. Enter sends, Shift and Enter begins a new line. */
export function Composer(props: ComposerProps) {
  const { contactName, person, editing, done, onSend, refused, editLast } = props;
  const { ask, session } = useSession();
  const draft = useDraftField({ draftKey: person, changed: editing?.text, about: editing });
  const { text, setText, ref: field } = draft;
  const [refusal, setRefusal] = useState<string>();
  const hintId = useId();
  const check = checkDraft(text);
  const problem = check.kind === 'tooLarge' ? check.message : refusal;
  const typed = useTypingSign(
    useCallback((active) => void session.command({ kind: 'typing', person, active }), [session, person]),
  );

  async function send(): Promise<void> {
    if (check.kind !== 'sendable') return;
    setText('');
    typed('');
    setRefusal(undefined);
    onSend();
    const result = await ask({ kind: 'send', person, messageId: newMessageId(), text });
    if (result.ok) return;
    if (!textProblems.includes(result.code)) return refused(text, result.message);
    setRefusal(`Not sent. ${result.message}`);
    // Back into the field, before whatever was typed meanwhile.
    setText((typedSince) => (typedSince === '' ? text : `${text}\n${typedSince}`));
  }

  async function change(item: MessageItem): Promise<void> {
    if (check.kind !== 'sendable') return;
    if (text === item.text) return done();
    const result = await ask({ kind: 'editMessage', person, n: item.n, device: deviceOf(item), text });
    if (result.ok) done();
    else setRefusal(`Not changed. ${result.message}`);
  }

  function submit(event?: FormEvent): void {
    event?.preventDefault();
    field.current?.focus();
    void (editing === undefined ? send() : change(editing));
  }

  function pressed(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === 'Escape' && editing !== undefined) {
      event.preventDefault();
      done();
    } else if (event.key === 'ArrowUp' && text === '' && editing === undefined) {
      event.preventDefault();
      editLast();
    }
  }

  return (
    <form className="composer" onSubmit={submit}>
      {editing !== undefined && <EditBar cancel={done} />}
      <textarea
        ref={field}
        rows={1}
        value={text}
        placeholder={`Write to ${contactName}`}
        aria-label={editing === undefined ? 'Message' : 'Changed message'}
        aria-describedby={hintId}
        aria-invalid={problem !== undefined}
        onChange={(event) => {
          setText(event.target.value);
          if (editing === undefined) typed(event.target.value);
        }}
        onBlur={() => typed('')}
        onKeyDown={pressed}
      />
      <SendButton changes={editing !== undefined} disabled={check.kind !== 'sendable'} />
      <p id={hintId} className="hint problem composer-problem" aria-live="polite">
        {problem}
      </p>
    </form>
  );
}

function EditBar({ cancel }: { cancel: () => void }) {
  return (
    <p className="edit-bar">
      <Icon name="edit" sizePx={16} />
      <span>Changing your message</span>
      <button type="button" className="button small" onClick={cancel}>
        Cancel
      </button>
    </p>
  );
}
