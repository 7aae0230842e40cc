/** Monitor of this tab, for everything below the place. */
import type { Rule } from '@bothy/wire';
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import type { RoomsSession } from '../rooms/rooms-session.ts';
import { useOperates as useNodeOperates } from '../shell/use-operates.ts';
import type { MonitorClient } from './monitor-client.ts';
import type { TelemetrySession, TelemetryState } from './telemetry-session.ts';

export interface OpenMonitor {
  readonly session: TelemetrySession;
  readonly client: MonitorClient;
  /** Of the node that this tab talks with. */
  readonly isOperator: () => Promise<boolean>;
  /** For the rooms that alarms may go to. */
  readonly rooms: RoomsSession;
}

export const MonitorContext = createContext<OpenMonitor | undefined>(undefined);

export function useMonitor(): OpenMonitor {
  const value = useContext(MonitorContext);
  if (value === undefined) throw new Error('Monitor is used outside of its place.');
  return value;
}

export function useTelemetry(): TelemetryState {
  const { session } = useMonitor();
  return useSyncExternalStore(session.subscribe, session.state);
}

/** By the node's clock, read again every so often. */
export function useNodeClock(everyMs: number): number {
  const { session } = useMonitor();
  const [nowMs, setNowMs] = useState(() => session.nowMs());
  useEffect(() => {
    const read = () => setNowMs(session.nowMs());
    read();
    const timer = setInterval(read, everyMs);
    // The first word of the node sets the clock.
    const end = session.subscribe(() => {
      setNowMs((before) => (Math.abs(session.nowMs() - before) > 2 * everyMs ? session.nowMs() : before));
    });
    return () => {
      clearInterval(timer);
      end();
    };
  }, [session, everyMs]);
  return nowMs;
}

/** Whether this person looks after the node. */
export function useOperates(): boolean {
  const { isOperator } = useMonitor();
  const { view } = useTelemetry();
  return useNodeOperates(isOperator, view?.node);
}

/** The rules, for the limits that charts and cards show. None until they are known, or when they are not told. */
export function useRules(): readonly Rule[] {
  const { client } = useMonitor();
  const { view } = useTelemetry();
  const [rules, setRules] = useState<readonly Rule[]>([]);
  const node = view?.node;
  useEffect(() => {
    if (node === undefined) return;
    let shown = true;
    client.rules().then(
      (known) => shown && setRules(known.map(({ rule }) => rule)),
      () => {},
    );
    return () => {
      shown = false;
    };
  }, [client, node]);
  return rules;
}
