/** When the clock of another node is so far off that people should set one of the two. */

/** Below, nobody sees it in the times of messages. */
const worthTellingMs = 2_000;

/** `1 h ahead of ours`; undefined where it is not surely off by that much. Offsets are theirs minus ours. */
export function clockNote(
  clock: { readonly offsetMs: number; readonly errorMs: number } | undefined,
): string | undefined {
  if (clock === undefined || Math.abs(clock.offsetMs) - clock.errorMs < worthTellingMs) return undefined;
  return `${lengthOf(Math.abs(clock.offsetMs))} ${clock.offsetMs > 0 ? 'ahead of' : 'behind'} ours`;
}

function lengthOf(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
