/** Measures what a page spends on its disk and on keys, by standing between it and the browser. */

/** What a page did during a recording. Work that overlaps counts once. */
export interface Work {
  readonly commits: number;
  /** From the start of transactions that write to their end on the disk. */
  readonly commitMs: number;
  /** Signatures made or checked. */
  readonly signatures: number;
  /** On signatures and on the hashes that they cover. */
  readonly signatureMs: number;
  /** On either. */
  readonly eitherMs: number;
}

interface Span {
  readonly kind: 'commit' | 'signature' | 'hash';
  readonly startMs: number;
  readonly endMs: number;
}

let recording: Span[] | undefined;

/** Begins to record; call what it returns to end and to get the sums. */
export function recordWork(): () => Work {
  stand();
  const mine: Span[] = [];
  recording = mine;
  return () => {
    if (recording === mine) recording = undefined;
    const commits = mine.filter((span) => span.kind === 'commit');
    const keys = mine.filter((span) => span.kind !== 'commit');
    return {
      commits: commits.length,
      commitMs: coveredMs(commits),
      signatures: keys.filter((span) => span.kind === 'signature').length,
      signatureMs: coveredMs(keys),
      eitherMs: coveredMs(mine),
    };
  };
}

function coveredMs(spans: readonly Span[]): number {
  let covered = 0;
  let upToMs = 0;
  for (const { startMs, endMs } of spans.toSorted((a, b) => a.startMs - b.startMs)) {
    covered += Math.max(0, endMs - Math.max(startMs, upToMs));
    upToMs = Math.max(upToMs, endMs);
  }
  return covered;
}

/** Work that began before the recording or ends after it is not in it. */
function begin(kind: Span['kind']): () => void {
  const into = recording;
  const startMs = performance.now();
  return () => {
    if (into === recording) into?.push({ kind, startMs, endMs: performance.now() });
  };
}

let stands = false;

function stand(): void {
  if (stands) return;
  stands = true;
  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    const end = begin('commit');
    const made = transaction.call(this, stores, mode, options);
    if (mode === 'readwrite') made.addEventListener('complete', end);
    return made;
  };
  const { sign, verify, digest } = SubtleCrypto.prototype;
  SubtleCrypto.prototype.sign = function (...args) {
    const end = begin('signature');
    return sign.apply(this, args).finally(end);
  };
  SubtleCrypto.prototype.verify = function (...args) {
    const end = begin('signature');
    return verify.apply(this, args).finally(end);
  };
  SubtleCrypto.prototype.digest = function (...args) {
    const end = begin('hash');
    return digest.apply(this, args).finally(end);
  };
}
