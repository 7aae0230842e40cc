import { useSyncExternalStore } from 'react';
import { Shell } from '../shell/shell.tsx';
import { FirstStart } from '../welcome/first-start.tsx';
import { LoadingPage, StartFailure } from '../welcome/start-pages.tsx';
import type { AppStart } from './app-start.ts';

/** Shows the page that belongs to how far the app has started. */
export function App({ start }: { start: AppStart }) {
  const state = useSyncExternalStore(start.subscribe, start.state);
  switch (state.kind) {
    case 'loading':
      return <LoadingPage />;
    case 'firstStart':
      return <FirstStart choose={start.choose} openKey={start.openKey} invited={state.invited} />;
    case 'failed':
      return <StartFailure error={state.error} again={start.begin} />;
    case 'running':
      return <Shell session={state.session} />;
  }
}
