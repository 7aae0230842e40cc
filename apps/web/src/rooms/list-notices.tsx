import { listed } from './room-words.ts';
import { useRooms } from './rooms-context.ts';
import type { RoomsState } from './rooms-session.ts';

/** What is to be known above the list: no node, another node than this page's, nodes that could not be asked. */
export function ListNotices({ state }: { state: RoomsState }) {
  const { session } = useRooms();
  const { connection, list, node } = state;
  if (connection === 'refused') {
    return (
      <div className="notice bad list-notice" role="alert">
        <p>{state.trouble ?? 'The node does not let you in.'}</p>
        <button type="button" className="button small" onClick={() => session.again()}>
          Try again
        </button>
      </div>
    );
  }
  if (connection === 'waiting') {
    return (
      <p className="notice warning list-notice" role="status">
        No node in reach. Your rooms go on as soon as one answers; what you write meanwhile is kept.
      </p>
    );
  }
  return (
    <>
      {connection === 'open' && isElsewhere(state.url) && (
        <p className="notice warning list-notice" role="status">
          The node of this page does not answer. Your rooms go on at {node ?? 'another one'}.
        </p>
      )}
      {list.unreachable.length > 0 && (
        <p className="notice warning list-notice" role="status">
          {listed(list.unreachable)} cannot be asked now: rooms of{' '}
          {list.unreachable.length === 1 ? 'it' : 'them'} may be missing here.
        </p>
      )}
      {list.problem !== undefined && (
        <p className="notice list-notice" role="status">
          {list.problem}
        </p>
      )}
    </>
  );
}

function isElsewhere(url: string): boolean {
  return URL.canParse(url) && new URL(url).host !== location.host;
}
