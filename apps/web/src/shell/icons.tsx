/** Our own line icons: 24 by 24, drawn with the colour of the text. Always beside words or a name. */

const paths = {
  chats: 'M4 5h16v11H9l-5 4z',
  rooms:
    'M12 4a3 3 0 1 0 0 6 3 3 0 0 0 0-6M6 20v-2a6 6 0 0 1 12 0v2M5 9.5a2.500 2.500 0 0 0-1 4.800M19 9.500a2.500 2.500 0 0 1 1 4.800',
  monitor: 'M3 13h4l3-7 4 12 3-7h4',
  lab: 'M9 3h6M10 3v6l-5 9a2 2 0 0 0 2 3h10a2 2 0 0 0 2-3l-5-9V3M8 14h8',
  add: 'M12 5v14M5 12h14',
  back: 'M15 5l-7 7 7 7',
  send: 'M4 12 20 4l-5 16-3.5-6.5z',
  info: 'M12 11v6M12 7v.5M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18',
  down: 'M12 5v14M6 13l6 6 6-6',
  close: 'M6 6l12 12M18 6 6 18',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  delete: 'M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13M10 11v5M14 11v5',
  search: 'M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13M15.500 15.500 20 20',
  pending: 'M12 7v5l3 2M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16',
  sent: 'M6 13l4 4 8-10',
  failed: 'M12 7v6M12 16v.5M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16',
  delivered: 'M2 13l4 4 8-10M11 16l1 1 8-10',
  pin: 'M9 4h6l-1 6 3 3v2H7v-2l3-3zM12 15v6',
  reply: 'M10 6 4 12l6 6M4 12h9a7 7 0 0 1 7 7',
  attach: 'M8 12.500 14 6.500a3 3 0 0 1 4.200 4.200l-8 8a5 5 0 0 1-7-7l7.500-7.500',
  smile: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M9 10v.5M15 10v.5M8.500 14a4.200 4.200 0 0 0 7 0',
  lock: 'M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3',
  people:
    'M9 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M3 19a6 6 0 0 1 12 0M16 5.500a3 3 0 0 1 0 5.500M17 13.500a6 6 0 0 1 4 5.500',
  more: 'M5 12v.1M12 12v.1M19 12v.1',
  file: 'M7 3h7l4 4v14H7zM14 3v4h4',
  read: 'M2 12c3-5 6.500-7 10-7s7 2 10 7c-3 5-6.500 7-10 7s-7-2-10-7M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, sizePx = 20 }: { name: IconName; sizePx?: number }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" width={sizePx} height={sizePx} aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
