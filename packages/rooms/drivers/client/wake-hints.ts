/** What a browser says of its network and of being looked at; elsewhere nothing. Returns what ends it. */
export function listenForHints(hint: (hint: 'online' | 'awake') => void): () => void {
  if (typeof globalThis.addEventListener !== 'function' || typeof document === 'undefined') return () => {};
  const online = (): void => hint('online');
  const seen = (): void => {
    if (document.visibilityState === 'visible') hint('awake');
  };
  globalThis.addEventListener('online', online);
  document.addEventListener('visibilitychange', seen);
  return () => {
    globalThis.removeEventListener('online', online);
    document.removeEventListener('visibilitychange', seen);
  };
}
