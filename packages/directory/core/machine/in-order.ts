/** Values in the order of their keys: what is equal looks the same on all nodes, in whatever order it came about. */
export function inOrder<Value>(map: ReadonlyMap<string, Value>): readonly Value[] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, value]) => value);
}
