/**
 * Makes a failing list small: parts of it are left out as long as what remains fails (Zeller, Hildebrandt: "Simplifying
 * and Isolating Failure-Inducing Input", IEEE TSE 2002: ddmin). In the end no single item can be left out.
 */

/** `fails(items)` is true. The result fails too, and is a part of `items` in their order. */
export function smallestFailing<Item>(
  items: readonly Item[],
  fails: (some: readonly Item[]) => boolean,
): readonly Item[] {
  let kept = items;
  let size = Math.ceil(kept.length / 2);
  while (size >= 1) {
    const before = kept.length;
    for (let from = 0; from < kept.length; ) {
      const rest = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (rest.length < kept.length && fails(rest)) kept = rest;
      else from += size;
    }
    // Of single items another round may do what this one could not.
    if (size > 1) size = Math.ceil(size / 2);
    else if (kept.length === before) return kept;
  }
  return kept;
}
