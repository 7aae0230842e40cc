import { permissionsIn } from '@bothy/rooms/views';
import { BothyError } from '@bothy/wire';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useAttention } from '../app/use-attention.ts';
import { RowWindow } from '../timeline/row-window.ts';
import { MembersPanel } from './members-panel.tsx';
import { PinnedBar } from './pinned-bar.tsx';
import { RoomComposer } from './room-composer.tsx';
import { RoomHead } from './room-head.tsx';
import { RoomIdContext } from './room-id-context.ts';
import { quoteOf, type RoomMessage, roomItems } from './room-items.ts';
import type { RoomActions } from './room-message.tsx';
import { RoomTimeline } from './room-timeline.tsx';
import type { RoomView } from './room-view.ts';
import { listed, roomBanner } from './room-words.ts';
import { useRooms } from './rooms-context.ts';
import type { RoomsState } from './rooms-session.ts';

const nowhere = { visibility: 'private', state: 'unavailable' } as const;

/** Whether the person operates the node that orders the room. */
function useOperates(isOperator: () => Promise<boolean>, isHere: boolean): boolean {
  const [operates, setOperates] = useState(false);
  useEffect(() => {
    if (!isHere) return setOperates(false);
    let shown = true;
    isOperator().then(
      (is) => shown && setOperates(is),
      // Then nothing is offered that only an operator may.
      () => undefined,
    );
    return () => {
      shown = false;
    };
  }, [isOperator, isHere]);
  return operates;
}

export type Composing = { readonly kind: 'reply' | 'edit'; readonly message: RoomMessage } | undefined;

interface RoomConversationProps {
  readonly view: RoomView;
  readonly state: RoomsState;
  readonly askToDelete: () => void;
}

/** A room one is in: what is said, who is there, and what one writes. */
export function RoomConversation({ view, state, askToDelete }: RoomConversationProps) {
  const { session, isOperator } = useRooms();
  const { id, info } = view;
  const { me } = state;
  const log = session.log(id);
  const [window] = useState(() => new RowWindow(session.history.source(id)));
  const rows = useSyncExternalStore(window.subscribe, window.state);
  // The line stays where reading ended when the room was opened.
  const [readUpTo] = useState(() => (view.read < log.lastSeq ? view.read : undefined));
  const pinned = info?.pinned ?? [];
  const operates = useOperates(isOperator, info !== undefined && info.administrator === state.node);
  const room = info === undefined ? undefined : { visibility: info.visibility, state: view.state };
  const permissions = permissionsIn(room ?? nowhere, view.members, {
    person: me ?? 'guest:',
    operator: operates,
  });
  // `view` changes with every entry: what was edited is in none of the rows.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the log is changed in place, and the view with it
  const items = useMemo(
    () =>
      roomItems({
        rows: rows.rows,
        log,
        me,
        pinned,
        outgoing: rows.atNewest ? view.outgoing : [],
        readUpTo,
        permissions,
      }),
    [rows, view, me, readUpTo, operates],
  );

  const [atEnd, setAtEnd] = useState(true);
  const { count: unread } = session.unread(id);
  const seen = useAttention() && atEnd && rows.atNewest && !rows.reading;
  const { lastSeq } = log;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what has just come is seen, too
  useEffect(() => {
    if (seen) session.markRead(id);
  }, [seen, session, id, lastSeq]);

  const [composing, setComposing] = useState<Composing>();
  const [trouble, setTrouble] = useState<string>();
  const [membersShown, setMembersShown] = useState(false);
  const [jumpTo, setJumpTo] = useState<number>();
  const toEnd = useRef<() => void>(() => undefined);

  function toNewest(): void {
    setJumpTo(undefined);
    window.readNewest();
    toEnd.current();
  }
  function reachEnd(reached: boolean): void {
    setAtEnd(reached);
    window.follow(reached);
  }

  const actions = useMemo<RoomActions>(() => {
    const tried = (work: Promise<unknown>): void => {
      setTrouble(undefined);
      work.catch((thrown: unknown) => setTrouble(BothyError.from(thrown).message));
    };
    const base = () => ({ requestId: session.newId(), room: id });
    return {
      reply: (message) => setComposing({ kind: 'reply', message }),
      edit: (message) => setComposing({ kind: 'edit', message }),
      redact: ({ seq }) => tried(session.call({ kind: 'redact', ...base(), target: seq })),
      react: ({ seq }, emoji, on) =>
        tried(session.call({ kind: 'react', ...base(), target: seq, emoji, on })),
      pin: ({ seq }, on) => tried(session.call({ kind: 'pin', ...base(), target: seq, on })),
      retry: ({ messageId }) => session.retry(id, messageId),
      discard: ({ messageId }) => session.discard(id, messageId),
      loadGap: (from) => tried(session.history.loadGap(id, from)),
      jump: (seq) =>
        tried(
          session.history.reach(id, seq).then((found) => {
            if (!found) throw new BothyError('target_not_found', 'That message is not here any more.');
            const shown = window.state().rows;
            if (!shown.some((row) => row.seq === seq)) {
              const after = session.log(id).rowsAfter(seq, 20).at(-1);
              if (after !== undefined) window.readBefore({ ...after, seq: after.seq + 1 } as typeof after);
            }
            setJumpTo(seq);
          }),
        ),
    };
  }, [session, id, window]);

  const banner =
    info === undefined ? undefined : roomBanner(info, view.state, state.connection, state.trouble);
  const typing = [...view.typing].filter(([person]) => person !== me).map(([, name]) => name);
  const name = info?.name ?? 'Room';

  return (
    <RoomIdContext value={id}>
      <div className={membersShown ? 'room-frame room-members-open' : 'room-frame'}>
        <section className="conversation room" aria-label={`Room ${name}`}>
          <div>
            <RoomHead
              view={view}
              state={state}
              permissions={permissions}
              membersShown={membersShown}
              showMembers={setMembersShown}
              askToDelete={askToDelete}
            />
            {banner !== undefined && (
              <div className={`notice room-banner tone-${banner.tone}`} role="status">
                <span className="tone-dot" aria-hidden="true" />
                <p>
                  <strong>{banner.title}.</strong> {banner.about}
                </p>
                {state.connection === 'refused' && (
                  <button type="button" className="button small" onClick={() => session.again()}>
                    Try again
                  </button>
                )}
              </div>
            )}
            <PinnedBar
              pinned={pinned.map((seq) => quoteOf(log, seq))}
              mayUnpin={permissions.pin}
              jump={actions.jump}
              unpin={(seq) => actions.pin({ seq }, false)}
            />
          </div>
          <RoomTimeline
            roomName={name}
            items={items}
            history={rows}
            pages={window}
            unread={unread}
            atEnd={atEnd}
            onAtEnd={reachEnd}
            toNewest={toNewest}
            toEndRef={toEnd}
            typing={
              typing.length === 0
                ? undefined
                : `${listed(typing)} ${typing.length === 1 ? 'is' : 'are'} writing…`
            }
            actions={actions}
            permissions={permissions}
            jumpTo={jumpTo}
            jumped={() => setJumpTo(undefined)}
          />
          <div>
            {trouble !== undefined && (
              <p className="notice bad room-trouble" role="alert">
                <span>{trouble}</span>
                <button type="button" className="button small" onClick={() => setTrouble(undefined)}>
                  Dismiss
                </button>
              </p>
            )}
            <RoomComposer
              key={composing?.kind === 'edit' ? composing.message.key : 'new'}
              roomId={id}
              roomName={name}
              composing={composing}
              done={() => setComposing(undefined)}
              onSend={toNewest}
              mayWrite={permissions.write}
              whyNot={
                view.state === 'deleting'
                  ? 'Nothing can be written while the room is being deleted.'
                  : 'You may read in this room, not write. An owner can change that.'
              }
              editLast={() => {
                const last = items.findLast(
                  (item): item is RoomMessage =>
                    item.kind === 'message' && item.mine && item.seq > 0 && item.body !== null,
                );
                if (last !== undefined) setComposing({ kind: 'edit', message: last });
              }}
            />
          </div>
        </section>
        {membersShown && (
          <MembersPanel view={view} me={me} permissions={permissions} close={() => setMembersShown(false)} />
        )}
      </div>
    </RoomIdContext>
  );
}
