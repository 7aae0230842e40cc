/** Measures what a page spends on its disk and on signatures, by standing between it and the browser. */

/** Milliseconds, summed over a recording. */
export interface Work {
  readonly commits: number;
  /** From the start of a transaction that writes to its end on the disk. */
  readonly commitMs: number;
  /** Signatures made or checked. */
  readonly signatures: number;
  readonly signatureMs: number;
}

interface Tally {
  commits: number;
  commitMs: number;
  signatures: number;
  signatureMs: number;
}

let tally: Tally | undefined;

/** Begins to count; call what it returns to end and to get the sums. */
export function recordWork(): () => Work {
  stand();
  const mine = { commits: 0, commitMs: 0, signatures: 0, signatureMs: 0 };
  tally = mine;
  return () => {
    if (tally === mine) tally = undefined;
    return mine;
  };
}

let stands = false;

function stand(): void {
  if (stands) return;
  stands = true;
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    const made = transaction.call(this, stores, mode, options);
    const into = tally;
    if (mode === 'readwrite' && into !== undefined) {
      const startMs = performance.now();
      made.addEventListener('complete', () => {
        into.commits += 1;
        into.commitMs += performance.now() - startMs;
      });
    }
    return made;
  };
  const { sign, verify } = SubtleCrypto.prototype;
  SubtleCrypto.prototype.sign = function (...args) {
    return timed(() => sign.apply(this, args));
  };
  SubtleCrypto.prototype.verify = function (...args) {
    return timed(() => verify.apply(this, args));
  };
}

async function timed<T>(work: () => Promise<T>): Promise<T> {
  const into = tally;
  const startMs = performance.now();
  const result = await work();
  if (into !== undefined) {
    into.signatures += 1;
    into.signatureMs += performance.now() - startMs;
  }
  return result;
}
