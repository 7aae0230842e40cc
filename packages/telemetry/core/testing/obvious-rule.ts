/**
 * What `t > 30 for 20s clear below 28 for 10s` means, said slowly: second by second, over the whole past. Readings come
 * on whole seconds. Tests compare the engine with it.
 */

export interface Second {
  /** The live reading of this second, if there was one. */
  readonly value: number | undefined;
  /** The program was started anew in this second, before the reading. */
  readonly isRestart: boolean;
}

export const obviousRule = 'a: t > 30 for 20s clear below 28 for 10s';

/** `second fired` and `second cleared`. */
export function obviousEvents(seconds: readonly Second[]): readonly string[] {
  const said: string[] = [];
  /** For each second since the start: whether the condition held during it; undefined: nothing was heard yet. */
  let held: (boolean | undefined)[] = [];
  let isHot = false;
  let isFiring = false;
  seconds.forEach(({ value, isRestart }, second) => {
    const lasted = (holds: boolean, count: number): boolean =>
      held.length >= count && held.slice(held.length - count).every((each) => each === holds);
    // What became due before anything else happened in this second.
    const settle = (): void => {
      const now = held.at(-1);
      if (!isFiring && now === true && lasted(true, 20)) {
        isFiring = true;
        said.push(`${second} fired`);
      }
      if (isFiring && now === false && lasted(false, 10)) {
        isFiring = false;
        said.push(`${second} cleared`);
      }
    };
    settle();
    if (isRestart) held = [];
    if (value !== undefined) isHot = value > 30 || (isHot && value >= 28);
    held.push(value === undefined ? held.at(-1) : isHot);
  });
  return said;
}
