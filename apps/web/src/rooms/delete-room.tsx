import { BothyError, type DeletionOutcome } from '@bothy/wire';
import { type RefObject, useId, useState } from 'react';
import { routeHash } from '../routing/route.ts';
import { goTo } from '../routing/use-route.ts';
import { DeletionSteps } from './deletion-steps.tsx';
import type { RoomView } from './room-view.ts';
import { outcomeWords } from './room-words.ts';
import { useRooms } from './rooms-context.ts';

type Stage =
  | { readonly kind: 'question' | 'asking' }
  | { readonly kind: 'refused'; readonly message: string }
  | { readonly kind: 'ended'; readonly outcome: DeletionOutcome };

/**
 * Deleting asks every node first (two-phase commit); what each said is shown, and what it came to. It stands beside
 * the room and not in it, for the room is gone before one has read that.
 */
export function DeleteRoom({ ref, view }: { ref: RefObject<HTMLDialogElement | null>; view: RoomView }) {
  const { session } = useRooms();
  const [stage, setStage] = useState<Stage>({ kind: 'question' });
  const titleId = useId();
  const name = view.info?.name ?? 'the room';

  async function remove(): Promise<void> {
    setStage({ kind: 'asking' });
    try {
      const outcome = await session.call({ kind: 'delete', requestId: session.newId(), room: view.id });
      setStage({ kind: 'ended', outcome });
    } catch (thrown) {
      setStage({ kind: 'refused', message: BothyError.from(thrown).message });
    }
  }

  /** However the dialog was left: a room that is gone is gone from the list. */
  function closed(): void {
    const gone = stage.kind === 'ended' && stage.outcome.outcome !== 'aborted';
    setStage({ kind: 'question' });
    if (!gone) return;
    goTo(routeHash('rooms'));
    session.forget(view.id);
    void session.readList();
  }

  const close = () => ref.current?.close();
  return (
    <dialog ref={ref} className="dialog" aria-labelledby={titleId} onClose={closed}>
      <h2 id={titleId}>{stage.kind === 'question' ? `Delete ${name}?` : `Deleting ${name}`}</h2>
      {stage.kind === 'question' && (
        <p>
          Every message and file in it goes, on all nodes and for all {view.members.length} members, for good.
          The nodes are asked first; if one refuses or is silent, nothing is deleted.
        </p>
      )}
      {stage.kind === 'asking' && (
        <>
          <DeletionSteps outcome={undefined} />
          <progress className="delete-progress" aria-label="Asking the nodes" />
          <p role="status">Asking the nodes that have members of this room…</p>
        </>
      )}
      {stage.kind === 'refused' && (
        <p className="notice bad" role="alert">
          {stage.message}
        </p>
      )}
      {stage.kind === 'ended' && (
        <>
          <DeletionSteps outcome={stage.outcome} />
          <p role="status">
            <strong>{outcomeWords(stage.outcome)}</strong>
          </p>
        </>
      )}
      <div className="actions">
        {stage.kind === 'question' && (
          <button type="button" className="button danger" onClick={remove}>
            Delete for everybody
          </button>
        )}
        {stage.kind !== 'asking' && (
          <button type="button" className="button" onClick={close}>
            {stage.kind === 'question'
              ? 'Keep the room'
              : stage.kind === 'refused'
                ? 'Close'
                : 'Back to rooms'}
          </button>
        )}
      </div>
    </dialog>
  );
}
