import type { PeerSession } from '@bothy/peer/drivers/browser';
import { unreadOf } from '@bothy/peer/views';
import { lazy, Suspense, useEffect, useSyncExternalStore } from 'react';
import { useAlarmBadge } from '../app/alarm-badge.ts';
import { pageTitle } from '../app/page-title.ts';
import { usePeerState } from '../app/session-context.ts';
import { ChatsPlace } from '../chats/chats-place.tsx';
import { RenewedDevice } from '../chats/renewed-device.tsx';
import { ComingPlace } from '../places/coming-place.tsx';
import { useRoomsGlance } from '../rooms/rooms-glance.ts';
import { useRoute } from '../routing/use-route.ts';
import { SessionEnded } from '../welcome/start-pages.tsx';
import { Rail } from './rail.tsx';
import { TopBar } from './top-bar.tsx';
import { SessionProvider } from './trouble.tsx';

// Who only chats never loads them.
const RoomsPlace = lazy(() => import('../rooms/rooms-place.tsx'));
const MonitorPlace = lazy(() => import('../monitor/monitor-place.tsx'));
const ClusterPlace = lazy(() => import('../cluster/cluster-place.tsx'));

/** The frame around the four places. */
export function Shell({ session }: { session: PeerSession }) {
  const route = useRoute();
  const state = usePeerState(session);
  const failure = useSyncExternalStore(
    (changed) => session.subscribe(changed),
    () => session.failure(),
  );
  const contacts = [...state.contacts.values()];
  const unread = contacts
    .filter((contact) => contact.state === 'accepted')
    .reduce((sum, contact) => sum + unreadOf(state, session.me.person, contact), 0);
  const waiting = unread + contacts.filter((contact) => contact.state === 'asking').length;
  const alarms = useAlarmBadge();
  const rooms = useRoomsGlance(session.me.person);
  useEffect(() => {
    document.title = pageTitle(waiting + alarms + rooms.unread);
  }, [waiting, alarms, rooms.unread]);

  if (failure !== undefined) return <SessionEnded error={failure} />;
  const { place, contact, room, monitor } = route;
  const isInside = contact !== undefined || room !== undefined;
  return (
    <SessionProvider session={session}>
      <div className={isInside ? 'shell shell-inside' : 'shell'}>
        <RenewedDevice isRenewed={state.isRenewed} />
        <TopBar me={session.me} state={state} roomsNode={rooms.node} />
        <Rail place={place} waiting={waiting} unread={rooms.unread} alarms={alarms} />
        <main className="place">
          {place === 'chats' && <ChatsPlace state={state} contactId={contact} />}
          {place === 'lab' && <ComingPlace place={place} />}
          <Suspense fallback={<p className="place-opening hint">Opening…</p>}>
            {place === 'rooms' && <RoomsPlace roomId={room} />}
            {place === 'monitor' && <MonitorPlace tail={monitor} />}
            {place === 'cluster' && <ClusterPlace />}
          </Suspense>
        </main>
      </div>
    </SessionProvider>
  );
}
