import { BothyError } from '@bothy/wire';
import { type ReactNode, useEffect } from 'react';
import { startWatchingAlarms, useAlarmBadge } from '../app/alarm-badge.ts';
import { useOpened } from '../shell/use-opened.ts';
import { AlarmPage } from './alarm-page.tsx';
import { AlarmsPage } from './alarms-page.tsx';
import { ChartPage } from './chart-page.tsx';
import { EdgePage } from './edge-page.tsx';
import { MonitorContext, useMonitor, useOperates, useTelemetry } from './monitor-context.ts';
import { type MonitorRoute, monitorHash, parseMonitorRoute } from './monitor-route.ts';
import { openMonitor } from './open-monitor.ts';
import { OverviewPage } from './overview-page.tsx';
import { RoutesPage } from './routes-page.tsx';
import { RulesPage } from './rules-page.tsx';
import './monitor.css';
import './chart.css';
import './alarms.css';
import './forms.css';

/** Monitor: what sensors measure, what is wrong, and the rules that say so. */
export default function MonitorPlace({ tail }: { tail: string | undefined }) {
  const opened = useOpened(openMonitor);
  if (opened === undefined) return <p className="place-opening hint">Opening Monitor…</p>;
  if (opened instanceof BothyError) {
    return (
      <div className="empty empty-content">
        <h1>Monitor could not be opened</h1>
        <p>{opened.message}</p>
      </div>
    );
  }
  return (
    <MonitorContext value={opened}>
      <Monitor route={parseMonitorRoute(tail)} />
    </MonitorContext>
  );
}

function Monitor({ route }: { route: MonitorRoute }) {
  const { session } = useMonitor();
  useEffect(() => {
    startWatchingAlarms();
    return session.watch();
  }, [session]);
  return (
    <div className="monitor">
      <MonitorHead route={route} />
      <div className="monitor-page">
        <StandingNotice />
        <Page route={route} />
      </div>
    </div>
  );
}

function Page({ route }: { route: MonitorRoute }) {
  const { view, kind } = useTelemetry();
  // Rules and routes are asked for over REST: they need no sensor.
  if (view === undefined && route.page !== 'rules' && route.page !== 'routes') {
    if (kind === 'refused') return null;
    return (
      <p className="hint" role="status">
        {kind === 'away' ? 'Nothing can be shown until a node answers.' : 'Asking the node…'}
      </p>
    );
  }
  switch (route.page) {
    case 'overview':
      return <OverviewPage />;
    case 'chart':
      return <ChartPage sensors={route.sensors} shown={route.window} />;
    case 'alarms':
      return <AlarmsPage which={route.which} />;
    case 'alarm':
      return <AlarmPage key={route.alarm} id={route.alarm} />;
    case 'rules':
      return <RulesPage rule={route.rule} />;
    case 'routes':
      return <RoutesPage />;
    case 'edge':
      return <EdgePage key={route.edge} edge={route.edge} />;
  }
}

const tabs: readonly {
  readonly title: string;
  readonly route: MonitorRoute;
  readonly pages: readonly string[];
}[] = [
  { title: 'Overview', route: { page: 'overview' }, pages: ['overview', 'edge'] },
  {
    title: 'Charts',
    route: { page: 'chart', sensors: [], window: { kind: 'live', spanMs: 3_600_000 } },
    pages: ['chart'],
  },
  { title: 'Alarms', route: { page: 'alarms', which: 'open' }, pages: ['alarms', 'alarm'] },
  { title: 'Rules', route: { page: 'rules' }, pages: ['rules'] },
];
const routesTab = { title: 'Routes', route: { page: 'routes' }, pages: ['routes'] } as const;

function MonitorHead({ route }: { route: MonitorRoute }) {
  const alarms = useAlarmBadge();
  const operates = useOperates();
  const shown = operates || route.page === 'routes' ? [...tabs, routesTab] : tabs;
  return (
    <header className="monitor-head">
      <h1>Monitor</h1>
      <nav className="monitor-tabs" aria-label="Monitor">
        {shown.map(({ title, route: to, pages }) => (
          <a
            key={title}
            className="monitor-tab"
            href={monitorHash(to)}
            aria-current={pages.some((page) => page === route.page) ? 'page' : undefined}
          >
            {title}
            {title === 'Alarms' && alarms > 0 && (
              <span className="badge danger">
                {alarms > 99 ? '99+' : alarms}
                <span className="visually-hidden"> not seen</span>
              </span>
            )}
          </a>
        ))}
      </nav>
    </header>
  );
}

/** What stands between a person and live values. */
function StandingNotice() {
  const { session } = useMonitor();
  const { kind, problem, view } = useTelemetry();
  if (kind === 'refused' && problem !== undefined) {
    const isDenied = problem.code === 'forbidden' || problem.code === 'unauthorized';
    return (
      <Notice>
        <p>
          <strong>{isDenied ? 'You may not see this.' : 'Monitoring could not be opened.'}</strong>{' '}
          {problem.message}
        </p>
        <button type="button" className="button small" onClick={() => session.again()}>
          Try again
        </button>
      </Notice>
    );
  }
  if (kind !== 'away') return null;
  return (
    <Notice>
      <p>
        <strong>No node in reach.</strong>{' '}
        {view === undefined
          ? 'It is tried again by itself.'
          : 'What is shown is as it was; edges keep what they measure and send it later.'}
      </p>
    </Notice>
  );
}

function Notice({ children }: { children: ReactNode }) {
  return (
    <div className="notice bad" role="alert">
      {children}
    </div>
  );
}
