import type { MessageItem } from '@bothy/peer/views';
import type { ErrorCode, PersonId } from '@bothy/wire';
import {
  type FormEvent,
  type KeyboardEvent,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { useSession } from '../app/session-context.ts';
import { Icon } from '../shell/icons.tsx';
import { checkDraft } from '../timeline/draft-check.ts';
import { keepDraft, keptDraft } from '../timeline/drafts.ts';
import { newMessageId } from '../timeline/message-id.ts';
import { useTypingSign } from './use-typing-sign.ts';

/** Higher than this the field scrolls. */
const maxHeightPx = 192;

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
  const { ask } = useSession();
  const [text, setText] = useState(() => editing?.text ?? keptDraft(person));
  const [refusal, setRefusal] = useState<string>();
  const field = useRef<HTMLTextAreaElement>(null);
  const hintId = useId();
  const check = checkDraft(text);
  const problem = check.kind === 'tooLarge' ? check.message : refusal;
  const typed = useTypingSign(person);

  useEffect(() => {
    if (editing === undefined) keepDraft(person, text);
  }, [editing, person, text]);

  useEffect(() => {
    const area = field.current;
    if (area === null) return;
    // On a phone the keyboard would cover what one came to read.
    if (editing === undefined && !matchMedia('(hover: hover) and (pointer: fine)').matches) return;
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
  }, [editing]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const area = field.current;
    if (area === null) return;
    area.style.height = 'auto';
    area.style.height = `${Math.min(area.scrollHeight, maxHeightPx)}px`;
  }, [text]);

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

  async function change({ n, text: before }: MessageItem): Promise<void> {
    if (check.kind !== 'sendable') return;
    if (text === before) return done();
    const result = await ask({ kind: 'editMessage', person, n, text });
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
      <button
        type="submit"
        className="button primary icon-only"
        aria-label={editing === undefined ? 'Send' : 'Save change'}
        title={editing === undefined ? 'Send (Enter)' : 'Save change (Enter)'}
        aria-disabled={check.kind !== 'sendable'}
      >
        <Icon name={editing === undefined ? 'send' : 'sent'} />
      </button>
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
