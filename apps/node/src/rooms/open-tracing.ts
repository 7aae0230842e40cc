/** Who hears of spans: a collector that the configuration names, and the log of the rooms where it takes `debug`. */
import { nodeClock } from '@bothy/runtime/node';
import type { Logger } from 'pino';
import type { NodeConfig } from '../config.ts';
import type { AreaLogs } from '../logs/area-logs.ts';
import type { OtlpExport } from './otlp-export.ts';
import { type FinishedSpan, SpanRecorder } from './span-recorder.ts';
import { RoomTracing } from './tracing.ts';

export interface OpenedTracing {
  readonly tracing: RoomTracing;
  /** What became of spans for the collector; undefined without one. */
  readonly spans: OtlpExport['counts'] | undefined;
  stop(): Promise<void>;
}

export async function openTracing(
  { id, otlp }: Pick<NodeConfig, 'id' | 'otlp'>,
  logs: Pick<AreaLogs, 'rooms' | 'traces'>,
): Promise<OpenedTracing> {
  const exported = otlp === undefined ? undefined : await openExport(id, otlp, logs.traces);
  const sinks = exported === undefined ? [] : [exported.sink];
  if (logs.rooms.isLevelEnabled('debug')) sinks.push(spanLines(logs.rooms));
  // Where nobody would see them, no ids are made.
  const recorder = sinks.length === 0 ? undefined : new SpanRecorder({ sinks, clock: nodeClock });
  return {
    tracing: new RoomTracing(recorder, nodeClock.monoMs),
    spans: exported?.counts,
    stop: async () => exported?.stop(),
  };
}

async function openExport(node: string, url: string, log: Logger): Promise<OtlpExport> {
  // Loaded only here: it takes some megabytes.
  const { openOtlpExport } = await import('./otlp-export.ts');
  return openOtlpExport({ node, url, log });
}

/** `grep` for a trace id shows the way of a command through the logs of all nodes. */
function spanLines(log: Logger): (span: FinishedSpan) => void {
  return ({ name, traceId, spanId, parentId, durationMs, attributes, outcome }) => {
    const ids = { trace: traceId, span: spanId, ...(parentId === undefined ? {} : { parent: parentId }) };
    log.debug({ ...ids, ...attributes, outcome, ms: Math.round(durationMs * 100) / 100 }, name);
  };
}
