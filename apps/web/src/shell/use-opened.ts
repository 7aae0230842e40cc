import { BothyError } from '@bothy/wire';
import { useEffect, useState } from 'react';

/** What a place stands on, once it is open; undefined until then. `open` is the same function at each rendering. */
export function useOpened<Opened>(open: () => Promise<Opened>): Opened | BothyError | undefined {
  const [opened, setOpened] = useState<{ readonly value: Opened | BothyError }>();
  useEffect(() => {
    let shown = true;
    open().then(
      (value) => shown && setOpened({ value }),
      (thrown: unknown) => shown && setOpened({ value: BothyError.from(thrown) }),
    );
    return () => {
      shown = false;
    };
  }, [open]);
  return opened?.value;
}
