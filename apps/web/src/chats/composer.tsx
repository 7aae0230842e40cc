import type { PersonId } from '@bothy/wire';
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
import { checkDraft } from './draft-check.ts';
import { keepDraft, keptDraft } from './drafts.ts';
import { newMessageId } from './message-id.ts';

/** Higher than this the field scrolls. */
const maxHeightPx = 192;

interface ComposerProps {
  readonly contactName: string;
  readonly person: PersonId;
  /** Called with every message that is sent, before its answer. */
  readonly onSend: () => void;
}

/** Where messages are written. Enter sends, Shift and Enter begins a new line. */
export function Composer({ contactName, person, onSend }: ComposerProps) {
  const { ask } = useSession();
  const [text, setText] = useState(() => keptDraft(person));
  const [refusal, setRefusal] = useState<string>();
  const field = useRef<HTMLTextAreaElement>(null);
  const hintId = useId();
  const check = checkDraft(text);
  const problem = check.kind === 'tooLarge' ? check.message : refusal;

  useEffect(() => keepDraft(person, text), [person, text]);

  useEffect(() => {
    // On a phone the keyboard would cover what one came to read.
    if (matchMedia('(hover: hover) and (pointer: fine)').matches) field.current?.focus();
  }, []);

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
    setRefusal(undefined);
    onSend();
    const result = await ask({ kind: 'send', person, messageId: newMessageId(), text });
    if (result.ok) return;
    setRefusal(`Not sent. ${result.message}`);
    // Back into the field, before whatever was typed meanwhile.
    setText((typedSince) => (typedSince === '' ? text : `${text}\n${typedSince}`));
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    field.current?.focus();
    void send();
  }

  function pressed(event: KeyboardEvent): void {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  }

  return (
    <form className="composer" onSubmit={submit}>
      <textarea
        ref={field}
        rows={1}
        value={text}
        placeholder={`Write to ${contactName}`}
        aria-label="Message"
        aria-describedby={hintId}
        aria-invalid={problem !== undefined}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={pressed}
      />
      <button
        type="submit"
        className="button primary icon-only"
        aria-label="Send"
        title="Send (Enter)"
        aria-disabled={check.kind !== 'sendable'}
      >
        <Icon name="send" />
      </button>
      <p id={hintId} className="hint problem composer-problem" aria-live="polite">
        {problem}
      </p>
    </form>
  );
}
