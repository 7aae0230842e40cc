/** The mark: the hut's outline with its window lit. */
export function Mark({ sizePx = 28 }: { sizePx?: number }) {
  return (
    <svg className="mark" viewBox="0 0 32 32" width={sizePx} height={sizePx} aria-hidden="true">
      <path className="mark-hut" d="M3 15 16 4l6 5V5.5h3.5v6.5L29 15M6 13.5V27h20V13.5" />
      <rect className="mark-window" x="12.5" y="15.5" width="7" height="7" rx="1" />
    </svg>
  );
}
