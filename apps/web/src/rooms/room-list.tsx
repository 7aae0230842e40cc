import type { RoomInfo } from '@bothy/wire';
import { type KeyboardEvent, type RefObject, useId } from 'react';
import { routeHash } from '../routing/route.ts';
import { Icon } from '../shell/icons.tsx';
import { ListNotices } from './list-notices.tsx';
import { orderRooms } from './room-order.ts';
import type { RoomView } from './room-view.ts';
import { listed, memberCountWords, roomStateWords } from './room-words.ts';
import { useRooms } from './rooms-context.ts';
import type { RoomsState } from './rooms-session.ts';

interface RoomListProps {
  readonly state: RoomsState;
  readonly openId: string | undefined;
  readonly query: string;
  readonly setQuery: (query: string) => void;
  readonly searchRef: RefObject<HTMLInputElement | null>;
}

/** One's own rooms, then those of all nodes that could be joined. */
export function RoomListColumn({ state, openId, query, setQuery, searchRef }: RoomListProps) {
  const { list } = state;
  const { own, others } = orderRooms(state.rooms, list, query);
  const nothing = own.length === 0 && others.length === 0;
  return (
    // Arrows walk through what has links of its own.
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the links in it
    <div className="room-lists" onKeyDown={walk} aria-busy={list.reading}>
      <div className="contact-search">
        <Icon name="search" sizePx={16} />
        <input
          ref={searchRef}
          type="search"
          value={query}
          placeholder="Search rooms"
          aria-label="Search rooms"
          aria-keyshortcuts="/"
          maxLength={64}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape' || query === '') return;
            event.preventDefault();
            setQuery('');
          }}
        />
      </div>
      <ListNotices state={state} />
      {own.length > 0 && (
        <Section title="Your rooms">
          {own.map((view) => (
            <OwnRow key={view.id} view={view} open={view.id === openId} />
          ))}
        </Section>
      )}
      {others.length > 0 && (
        <Section title="Rooms to join">
          {others.map((room) => (
            <Row key={room.id} room={room} open={room.id === openId} />
          ))}
        </Section>
      )}
      {nothing && (
        <div className="empty">
          {query !== '' ? (
            <p>No room has “{query}” in its name or description.</p>
          ) : list.known ? (
            <>
              <h2>No rooms yet</h2>
              <p>Make one: everybody on these nodes will find it here.</p>
            </>
          ) : (
            state.connection !== 'refused' && <p>Asking the nodes for their rooms…</p>
          )}
        </div>
      )}
      <p className="cluster-link">
        <a href={routeHash('cluster')}>The nodes behind these rooms</a>
      </p>
    </div>
  );
}

function Section({ title, children }: { title: string; children: React.ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h2 className="room-section" id={id}>
        {title}
      </h2>
      <ul className="contact-list">{children}</ul>
    </section>
  );
}

function OwnRow({ view, open }: { view: RoomView; open: boolean }) {
  const { session } = useRooms();
  const { info, typing, outgoing } = view;
  const { count, atLeast } = session.unread(view.id);
  const writing = [...typing.values()];
  const failed = outgoing.filter(({ failure }) => failure !== undefined).length;
  const last = session.log(view.id).entries.findLast(({ content }) => content.kind === 'message');
  const lastText = last === undefined ? undefined : session.log(view.id).timeline.message(last.seq)?.body;
  const line =
    view.standing === 'out'
      ? (view.reason ?? 'You are not in it any more')
      : writing.length > 0
        ? `${listed(writing)} ${writing.length === 1 ? 'is' : 'are'} writing…`
        : failed > 0
          ? `${failed} not sent`
          : (roomStateWords[view.state] ??
            (last === undefined || lastText === undefined
              ? info?.description || memberCountWords(info?.memberCount ?? 0)
              : `${last.author === session.state().me ? 'You' : last.name}: ${lastText ?? 'taken away'}`));
  return (
    <RowLink
      id={view.id}
      name={info?.name ?? 'A room'}
      visibility={info?.visibility}
      open={open}
      unread={count > 0}
    >
      <span className="contact-line">{line}</span>
      {count > 0 && (
        <span className="badge">
          {count > 99 ? '99+' : `${count}${atLeast ? '+' : ''}`}
          <span className="visually-hidden"> unread</span>
        </span>
      )}
    </RowLink>
  );
}

function Row({ room, open }: { room: RoomInfo; open: boolean }) {
  const state = roomStateWords[room.state];
  const about = [
    ...(state === undefined ? [] : [state]),
    memberCountWords(room.memberCount),
    `on ${room.administrator}`,
  ];
  return (
    <RowLink id={room.id} name={room.name} visibility={room.visibility} open={open} unread={false}>
      <span className="contact-line">
        {room.visibility === 'private' && 'By invitation · '}
        {about.join(' · ')}
      </span>
    </RowLink>
  );
}

interface RowLinkProps {
  readonly id: string;
  readonly name: string;
  readonly visibility: RoomInfo['visibility'] | undefined;
  readonly open: boolean;
  readonly unread: boolean;
  readonly children: React.ReactNode;
}

function RowLink({ id, name, visibility, open, unread, children }: RowLinkProps) {
  const nameId = useId();
  const aboutId = useId();
  return (
    <li className={unread ? 'contact-row contact-unread' : 'contact-row'}>
      <a
        className="contact-link"
        href={routeHash('rooms', id)}
        aria-current={open ? 'page' : undefined}
        aria-labelledby={nameId}
        aria-describedby={aboutId}
      >
        <span className="avatar room-avatar" aria-hidden="true">
          {visibility === 'private' ? <Icon name="lock" /> : (name[0] ?? '#').toUpperCase()}
        </span>
        <span className="contact-name" id={nameId}>
          {name}
        </span>
        <span className="contact-about" id={aboutId}>
          {children}
        </span>
      </a>
    </li>
  );
}

function walk(event: KeyboardEvent<HTMLElement>): void {
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('.contact-link')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  const inSearch = event.target instanceof HTMLInputElement;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
  if (to === undefined || (at === -1 && !(inSearch && event.key === 'ArrowDown'))) return;
  event.preventDefault();
  links[Math.min(Math.max(to, 0), links.length - 1)]?.focus();
}
