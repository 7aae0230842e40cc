import { BothyError } from '@bothy/wire';
import { type FormEvent, type KeyboardEvent, useCallback, useId, useRef, useState } from 'react';
import { Icon } from '../shell/icons.tsx';
import { checkDraft } from '../timeline/draft-check.ts';
import { keepDraft } from '../timeline/drafts.ts';
import { SendButton } from '../timeline/send-button.tsx';
import { useDraftField } from '../timeline/use-draft-field.ts';
import { useTypingSign } from '../timeline/use-typing-sign.ts';
import type { Composing } from './room-conversation.tsx';
import { maxFileWords } from './room-files.ts';
import { useRooms } from './rooms-context.ts';
import { UploadList } from './upload-list.tsx';
import { useUploads } from './use-uploads.ts';

interface RoomComposerProps {
  readonly roomId: string;
  readonly roomName: string;
  readonly composing: Composing;
  /** The reply or change is made or given up. */
  readonly done: () => void;
  readonly onSend: () => void;
  readonly mayWrite: boolean;
  readonly whyNot: string;
  /** Begins to change the last own message. */
  readonly editLast: () => void;
}

/** Where one writes to a room. Enter sends, Shift and Enter begins a new line. */
export function RoomComposer(props: RoomComposerProps) {
  const { roomId, roomName, composing, done, onSend, mayWrite, whyNot, editLast } = props;
  const { session } = useRooms();
  const editing = composing?.kind === 'edit' ? composing.message : undefined;
  const draftKey = `room-${roomId}`;
  const changed = editing === undefined ? undefined : (editing.body ?? '');
  const { text, setText, ref: field } = useDraftField({ draftKey, changed, about: composing });
  const [refusal, setRefusal] = useState<string>();
  const uploads = useUploads(roomId);
  const picker = useRef<HTMLInputElement>(null);
  const hintId = useId();
  const typed = useTypingSign(useCallback((active) => session.typing(roomId, active), [session, roomId]));
  const check = checkDraft(text);
  const attached = uploads.list.flatMap(({ attachment }) => attachment ?? []);
  const problem = check.kind === 'tooLarge' ? check.message : refusal;
  const sendable =
    !uploads.busy &&
    (check.kind === 'sendable' || (check.kind === 'empty' && attached.length > 0 && !editing));

  async function submit(event?: FormEvent): Promise<void> {
    event?.preventDefault();
    field.current?.focus();
    if (!sendable || !mayWrite) return;
    setRefusal(undefined);
    if (editing !== undefined) {
      if (text === editing.body) return done();
      const base = { requestId: session.newId(), room: roomId, target: editing.seq };
      try {
        await session.call({ kind: 'edit', ...base, body: text });
        done();
      } catch (thrown) {
        setRefusal(`Not changed. ${BothyError.from(thrown).message}`);
      }
      return;
    }
    session.send({
      room: roomId,
      body: text.trim() === '' ? '' : text,
      ...(composing === undefined ? {} : { replyTo: composing.message.seq }),
      ...(attached.length === 0 ? {} : { attachments: attached }),
    });
    setText('');
    keepDraft(draftKey, '');
    typed('');
    uploads.clear();
    onSend();
    done();
  }

  function pressed(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      void submit();
    } else if (event.key === 'Escape' && composing !== undefined) {
      event.preventDefault();
      done();
    } else if (event.key === 'ArrowUp' && text === '' && composing === undefined) {
      event.preventDefault();
      editLast();
    }
  }

  if (!mayWrite) return <p className="composer composer-closed hint">{whyNot}</p>;
  return (
    <form
      className="composer room-composer"
      onSubmit={submit}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        uploads.add([...event.dataTransfer.files]);
      }}
    >
      {composing !== undefined && (
        <p className="edit-bar">
          <Icon name={composing.kind} sizePx={16} />
          <span>
            {composing.kind === 'edit' ? (
              'Changing your message'
            ) : (
              <>
                Answering <strong>{composing.message.mine ? 'yourself' : composing.message.name}</strong>:{' '}
                {(composing.message.body ?? '').slice(0, 80)}
              </>
            )}
          </span>
          <button type="button" className="button small" onClick={done}>
            Cancel
          </button>
        </p>
      )}
      <UploadList uploads={uploads} />
      <button
        type="button"
        className="button icon-only"
        aria-label={`Attach files, up to ${maxFileWords} each`}
        title={`Attach files, up to ${maxFileWords} each`}
        disabled={editing !== undefined}
        onClick={() => picker.current?.click()}
      >
        <Icon name="attach" />
      </button>
      <input
        ref={picker}
        type="file"
        multiple
        hidden
        aria-label="Files to attach"
        onChange={(event) => {
          uploads.add([...(event.target.files ?? [])]);
          event.target.value = '';
        }}
      />
      <textarea
        ref={field}
        rows={1}
        value={text}
        placeholder={`Write in ${roomName}`}
        aria-label={editing === undefined ? 'Message' : 'Changed message'}
        aria-describedby={hintId}
        aria-invalid={problem !== undefined}
        onChange={(event) => {
          setText(event.target.value);
          if (editing === undefined) typed(event.target.value);
        }}
        onPaste={(event) => {
          const files = [...event.clipboardData.files];
          if (files.length === 0 || editing !== undefined) return;
          event.preventDefault();
          uploads.add(files);
        }}
        onBlur={() => typed('')}
        onKeyDown={pressed}
      />
      <SendButton changes={editing !== undefined} disabled={!sendable} />
      <p id={hintId} className="hint problem composer-problem" aria-live="polite">
        {problem}
      </p>
    </form>
  );
}
