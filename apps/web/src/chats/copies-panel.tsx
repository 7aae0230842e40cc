import type { Contact } from '@bothy/peer/core';
import {
  type CopyCheck,
  type CopyReader,
  type CopyView,
  copyWords,
  differenceWords,
  type PeerState,
} from '@bothy/peer/views';
import { BothyError, directConversationId, type PersonId } from '@bothy/wire';
import { useEffect, useId, useRef, useState } from 'react';
import { useSession } from '../app/session-context.ts';
import { timeLabel } from '../timeline/day-groups.ts';
import { readerFormat } from '../timeline/reader-format.ts';
import { checkLines } from './copy-check-words.ts';

interface CopiesPanelProps {
  readonly contact: Contact;
  readonly person: PersonId;
  readonly state: PeerState;
}

type Check =
  | { readonly kind: 'running'; readonly share: number }
  | { readonly kind: 'done'; readonly found: CopyCheck }
  | { readonly kind: 'failed'; readonly sentence: string };

/** Whether both sides hold the same conversation, and whether our own copy is as it was written. */
export function CopiesPanel({ contact, person, state }: CopiesPanelProps) {
  const { session } = useSession();
  const me = session.me.person;
  const reader = { me, contactName: contact.name };
  const copies = [...(state.copies.get(directConversationId(me, person))?.values() ?? [])];
  const { check, start, cancel } = useCopyCheck(person);
  const hintId = useId();
  return (
    <section className="connection copies" aria-label="Copies">
      <h3>Copies</h3>
      {copies.length === 0 ? (
        <p className="hint">Not compared since the start: that is done whenever you are connected.</p>
      ) : (
        copies.map((view) => <DeviceCopy key={view.device} view={view} reader={reader} />)
      )}
      <div role="status">{check?.kind === 'done' && <OwnCopy found={check.found} reader={reader} />}</div>
      {check?.kind === 'failed' && <p role="alert">{check.sentence}</p>}
      {check?.kind === 'running' ? (
        <>
          <progress value={check.share} max={1} aria-label="Checking this conversation" />
          <button type="button" className="button small" onClick={cancel}>
            Stop
          </button>
        </>
      ) : (
        <button type="button" className="button small" aria-describedby={hintId} onClick={start}>
          Check all of it now
        </button>
      )}
      <p id={hintId} className="hint">
        Reads every message in this browser, checks who signed it, and compares with {contact.name}’s devices
        that are connected. Nothing is changed by it.
      </p>
    </section>
  );
}

function DeviceCopy({ view, reader }: { view: CopyView; reader: CopyReader }) {
  return (
    <div className={view.state === 'differs' ? 'copy-differs' : undefined}>
      <p>
        {copyWords(view, reader)}{' '}
        {view.state !== 'comparing' && (
          <span className="hint">Compared at {timeLabel(view.atMs, readerFormat)}.</span>
        )}
      </p>
      {view.differences.length > 0 && (
        <ul className="copy-faults">
          {view.differences.map((difference) => (
            <li key={difference.log}>{differenceWords(difference, view, reader)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function OwnCopy({ found, reader }: { found: CopyCheck; reader: CopyReader }) {
  const { title, faults, hint } = checkLines(found, reader);
  return (
    <div className={found.faults.length > 0 ? 'copy-differs' : undefined}>
      <p>{title}</p>
      {faults.length > 0 && (
        <ul className="copy-faults">
          {faults.map((fault) => (
            <li key={fault}>{fault}</li>
          ))}
        </ul>
      )}
      {hint !== undefined && <p className="hint">{hint}</p>}
    </div>
  );
}

/** Reads all of our own copy, and has the other side compare as well; ends with the dialog that asked for it. */
function useCopyCheck(person: PersonId) {
  const { session, ask } = useSession();
  const [check, setCheck] = useState<Check>();
  const running = useRef<AbortController>(null);
  useEffect(() => () => running.current?.abort(), []);

  async function start(): Promise<void> {
    running.current?.abort();
    const controller = new AbortController();
    running.current = controller;
    const { signal } = controller;
    setCheck({ kind: 'running', share: 0 });
    // Where nobody is connected there is nothing to compare with, which the panel says of each device.
    void ask({ kind: 'compareCopies', person });
    const progress = (checked: number, of: number): void => {
      if (!signal.aborted) setCheck({ kind: 'running', share: checked / of });
    };
    try {
      const conversation = directConversationId(session.me.person, person);
      const found = await session.checkCopy(conversation, { progress, signal });
      if (!signal.aborted) setCheck({ kind: 'done', found });
    } catch (thrown) {
      if (!signal.aborted) setCheck({ kind: 'failed', sentence: BothyError.from(thrown).message });
    }
  }

  function cancel(): void {
    running.current?.abort();
    setCheck(undefined);
  }

  return { check, start, cancel };
}
