import { type Place, places, type Route, routeHash } from '../routing/route.ts';
import { Icon } from './icons.tsx';

const titles: Readonly<Record<Place, string>> = {
  chats: 'Chats',
  rooms: 'Rooms',
  monitor: 'Monitor',
  lab: 'Lab',
};

interface RailProps {
  readonly place: Route['place'];
  /** Of chats: unread messages, and contact requests. */
  readonly waiting: number;
  /** Unread messages in rooms. */
  readonly unread: number;
  readonly alarms: number;
}

/** The four places: a rail at the left, a bar at the bottom of a phone. */
export function Rail({ place, waiting, unread, alarms }: RailProps) {
  return (
    <nav className="rail" aria-label="Places">
      {places.map((each) => (
        <a
          key={each}
          className="rail-link"
          href={routeHash(each)}
          aria-current={each === place || (place === 'cluster' && each === 'rooms') ? 'page' : undefined}
        >
          <span className="rail-icon">
            <Icon name={each} sizePx={24} />
            {each === 'chats' && waiting > 0 && (
              <span className="badge">
                {waiting > 99 ? '99+' : waiting}
                <span className="visually-hidden"> waiting</span>
              </span>
            )}
            {each === 'rooms' && unread > 0 && (
              <span className="badge">
                {unread > 99 ? '99+' : unread}
                <span className="visually-hidden"> unread</span>
              </span>
            )}
            {each === 'monitor' && alarms > 0 && (
              <span className="badge danger">
                {alarms > 99 ? '99+' : alarms}
                <span className="visually-hidden"> {alarms === 1 ? 'alarm' : 'alarms'}</span>
              </span>
            )}
          </span>
          <span>{titles[each]}</span>
        </a>
      ))}
    </nav>
  );
}
