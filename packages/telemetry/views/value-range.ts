/** What the axis of values shows: the values, and limits that are near. Rule TV18. */

/** Limits further away than the values spread would make a flat line of them. */
export function valueRange(
  low: number | null,
  high: number | null,
  limits: readonly number[],
): readonly [number, number] {
  if (low === null || high === null) {
    if (limits.length === 0) return [0, 1];
    return padded(Math.min(...limits), Math.max(...limits));
  }
  const spread = Math.max(high - low, Math.abs(high + low) / 20, 1e-9);
  const near = limits.filter((limit) => limit >= low - spread && limit <= high + spread);
  return padded(Math.min(low, ...near), Math.max(high, ...near));
}

/** A tenth of room above and below; a steady value in the middle of something. */
function padded(low: number, high: number): readonly [number, number] {
  const room = Math.max((high - low) / 10, Math.abs(high + low) / 400, 1e-9);
  return [low - room, high + room];
}
