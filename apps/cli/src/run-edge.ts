/** `bothy edge`: run the agent until somebody stops it. Loads no code of a node. */
import { checkEdge, openEdgeLog, readableLine, startEdge } from '@bothy/edge';
import { loadEdgeSetup } from '@bothy/edge/config';
import { outliveReader } from './closed-output.ts';
import type { EdgeFlags } from './edge-command.ts';
import { collectStartGarbage } from './start-garbage.ts';
import { listenForStop } from './stop-signals.ts';

/** A stop that takes longer is broken off: the outbox is durable at every moment. */
const mostStopMs = 1_800;

export async function runEdge({ check, ...texts }: EdgeFlags, print: (line: string) => void): Promise<void> {
  const setup = await loadEdgeSetup(texts, process.env);
  if (check === true) {
    if (!(await checkEdge(setup, print))) process.exitCode = 1;
    return;
  }
  // Who reads the log through a pipe that ends does not end the edge.
  outliveReader(process.stdout, process.stderr);
  const write = (line: string): void => {
    process.stdout.write(process.stdout.isTTY ? readableLine(line) : line);
  };
  const edge = startEdge(setup, { log: openEdgeLog(setup, { write }) });
  collectStartGarbage();
  const signals = listenForStop(
    process,
    () => performance.now(),
    () => process.exit(130),
  );
  await signals.requested;
  // A stop that hangs must not keep the terminal; unref, so that it never delays one that does not.
  setTimeout(() => process.exit(1), mostStopMs).unref();
  await edge.stop();
  signals.release();
}
