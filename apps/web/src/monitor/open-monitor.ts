/** Opens what Monitor stands on, once in a tab: the session with the node, and REST as who one is. */
import { openRooms } from '../rooms/open-rooms.ts';
import { MonitorClient } from './monitor-client.ts';
import type { OpenMonitor } from './monitor-context.ts';
import { TelemetrySession } from './telemetry-session.ts';

let opened: Promise<OpenMonitor> | undefined;

/** Rejects when this browser has no key any more. */
export function openMonitor(): Promise<OpenMonitor> {
  opened ??= open();
  return opened;
}

async function open(): Promise<OpenMonitor> {
  const rooms = await openRooms();
  const { session: roomsSession, extensions, files, isOperator } = rooms;
  const session = new TelemetrySession(
    {
      ...extensions,
      connection: () => roomsSession.state().connection,
      subscribe: roomsSession.subscribe,
    },
    () => Date.now(),
  );
  return { session, client: new MonitorClient(files), isOperator, rooms: roomsSession };
}
