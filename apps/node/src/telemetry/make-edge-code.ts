/** One-time codes for edges, made in the data folder: whoever can write there runs the node. It may run meanwhile. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nodeClock } from '@bothy/runtime/node';
import { SqliteEdges } from '@bothy/store';
import { BothyError, type EdgeId, telemetryNamePattern } from '@bothy/wire';
import type { NodeConfig } from '../config.ts';

export interface EdgeCodeRequest {
  /** Which edge it is for; one that is enrolled already is enrolled anew with it. @default whichever comes */
  readonly edge?: EdgeId | undefined;
  /** How long it is good: 1 to 43,200. */
  readonly minutes: number;
}

const mostMinutes = 30 * 24 * 60;

/** Throws `configuration_invalid`, `limit_reached`, `data_directory_unusable` or `database_corrupt`. */
export async function makeEdgeCode(config: NodeConfig, { edge, minutes }: EdgeCodeRequest): Promise<string> {
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > mostMinutes) {
    throw new BothyError(
      'configuration_invalid',
      `--minutes must be a whole number from 1 to ${mostMinutes}.`,
    );
  }
  if (edge !== undefined && !telemetryNamePattern.test(edge)) {
    const wanted = 'letters, digits, dots, dashes and underscores, up to 64';
    throw new BothyError('configuration_invalid', `The edge's id must be ${wanted}.`);
  }
  const file = join(config.data, 'edges.sqlite');
  if (!existsSync(file)) {
    const advice = 'Start the node once, or name its folder with --data.';
    throw new BothyError('configuration_invalid', `There is no node in ${config.data}. ${advice}`);
  }
  const { wallMs } = nodeClock;
  const edges = await SqliteEdges.open({ file, node: config.id, wallMs });
  try {
    return await edges.invite({ edge, expiresMs: wallMs() + minutes * 60_000 });
  } finally {
    await edges.close();
  }
}
