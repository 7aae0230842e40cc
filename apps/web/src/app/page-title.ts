/** The title of the tab, which tells what waits even when another tab is in front. */
export function pageTitle(unreadCount: number): string {
  return unreadCount > 0 ? `(${unreadCount > 99 ? '99+' : unreadCount}) Bothy` : 'Bothy';
}
