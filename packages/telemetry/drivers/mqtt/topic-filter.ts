/** Which topics a filter of MQTT 3.1.1 means (section 4.7). */

/** Wildcards at the first level do not match topics that begin with `$`. */
export function topicMatches(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && !filter.startsWith('$')) return false;
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (const [at, want] of wanted.entries()) {
    // `a/#` means `a` as well.
    if (want === '#') return true;
    const level = levels[at];
    if (level === undefined || (want !== '+' && want !== level)) return false;
  }
  return wanted.length === levels.length;
}
