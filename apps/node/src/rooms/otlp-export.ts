/**
 * Spans to a collector by OTLP over HTTP, with OpenTelemetry's exporter. It is loaded only by a node that is told of a
 * collector, for it takes some megabytes. A collector that is not there costs nothing but its spans: they wait in a
 * bounded queue, the log hears of it once, and a stop does not wait for it.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { CircuitBreaker } from '@bothy/protocols';
import { nodeClock } from '@bothy/runtime/node';
import { SpanKind as OtelKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import { version } from '../version.ts';
import type { FinishedSpan, SpanKind, SpanSink } from './span-recorder.ts';

export interface OtlpExportOptions {
  readonly node: string;
  /** Of the collector, with its path: `http://127.0.0.1:4318/v1/traces`. */
  readonly url: string;
  readonly log: Logger;
  /** How long spans wait for others to be sent with. @default 1000 */
  readonly delayMs?: number;
}

export interface OtlpExport {
  readonly sink: SpanSink;
  /** Spans since the start: each only rises. */
  readonly counts: { exported: number; lost: number };
  /** Sends what waits, for 300 ms at most. */
  stop(): Promise<void>;
}

/** 400 KB of spans. Those of a burst that is larger are lost, which the counts tell. */
const maxQueueSize = 2_048;
const maxBatchSize = 512;
/** An answer that takes longer will not come. */
const timeoutMs = 5_000;
/** A node stops in two seconds, whatever its collector does. */
const mostFlushMs = 300;

/** Each attempt at a collector that hangs holds spans and a connection for its whole timeout, several times over. */
const breaking = { failures: 5, openMs: 2_000, factor: 2, maxOpenMs: 60_000 } as const;

const kinds: Readonly<Record<SpanKind, OtelKind>> = {
  server: OtelKind.SERVER,
  client: OtelKind.CLIENT,
  internal: OtelKind.INTERNAL,
  consumer: OtelKind.CONSUMER,
};

export function openOtlpExport({ node, url, log, delayMs = 1_000 }: OtlpExportOptions): OtlpExport {
  const agent = new (url.startsWith('https:') ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 2 });
  const counts = { exported: 0, lost: 0 };
  const inner = new OTLPTraceExporter({ url, timeoutMillis: timeoutMs, httpAgentOptions: () => agent });
  const watched = new WatchedExporter(inner, counts, log, url);
  const processor = new BatchSpanProcessor({
    exporter: watched,
    maxQueueSize,
    maxExportBatchSize: maxBatchSize,
    scheduledDelayMillis: delayMs,
    exportTimeoutMillis: 2 * timeoutMs,
  });
  const resource = resourceFromAttributes({
    'service.name': 'bothy',
    'service.instance.id': node,
    'service.version': version,
  });
  return {
    counts,
    sink: (span) => {
      watched.waiting += 1;
      if (watched.waiting > maxQueueSize) {
        watched.waiting -= 1;
        counts.lost += 1;
        return;
      }
      processor.onEnd(readable(span, resource));
    },
    stop: async () => {
      // A collector that does not answer would hold the process, and gets nothing anyway.
      if (!watched.isFailing) {
        const late = new Promise((resolve) => setTimeout(resolve, mostFlushMs).unref());
        await Promise.race([processor.shutdown().catch(() => {}), late]);
      }
      agent.destroy();
    },
  };
}

/** Counts what came of each batch, and has the log say when that changes. */
class WatchedExporter implements SpanExporter {
  /** Spans that are with the processor or under way. */
  waiting = 0;
  isFailing = false;
  readonly #inner: OTLPTraceExporter;
  readonly #breaker = new CircuitBreaker(breaking);
  readonly #counts: { exported: number; lost: number };
  readonly #log: Logger;
  readonly #url: string;

  constructor(inner: OTLPTraceExporter, counts: OtlpExport['counts'], log: Logger, url: string) {
    this.#inner = inner;
    this.#counts = counts;
    this.#log = log;
    // It may hold a password.
    this.#url = new URL(url).origin;
  }

  export(...[spans, result]: Parameters<SpanExporter['export']>): void {
    const call = this.#breaker.begin(nodeClock.monoMs());
    if (call === undefined) {
      this.waiting -= spans.length;
      this.#counts.lost += spans.length;
      result({ code: 0 });
      return;
    }
    this.#inner.export(spans, (outcome) => {
      this.waiting -= spans.length;
      const failed = outcome.error !== undefined || outcome.code !== 0;
      this.#breaker.end(call, !failed, nodeClock.monoMs());
      this.#counts[failed ? 'lost' : 'exported'] += spans.length;
      if (failed && !this.isFailing) {
        const sentence = `traces are lost: the collector at ${this.#url} does not take them. The node goes on, and tries again with the next ones`;
        this.#log.warn({ reason: outcome.error?.message }, sentence);
      }
      if (!failed && this.isFailing) this.#log.info('the collector takes traces again');
      this.isFailing = failed;
      // The processor has nothing to do with a failure, but to say it again.
      result({ code: 0 });
    });
  }

  async shutdown(): Promise<void> {
    await this.#inner.shutdown();
  }
}

function readable(span: FinishedSpan, resource: ReadableSpan['resource']): ReadableSpan {
  const { traceId, spanId, parentId, outcome } = span;
  const context = { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
  const parent = parentId === undefined ? undefined : { ...context, spanId: parentId };
  return {
    name: span.name,
    kind: kinds[span.kind],
    spanContext: () => context,
    ...(parent === undefined ? {} : { parentSpanContext: parent }),
    startTime: hrTime(span.startMs),
    endTime: hrTime(span.startMs + span.durationMs),
    duration: hrTime(span.durationMs),
    status: outcome === 'ok' ? { code: SpanStatusCode.OK } : { code: SpanStatusCode.ERROR, message: outcome },
    attributes: prefixed(span.attributes),
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: { name: 'bothy', version },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** Seconds and nanoseconds. */
function hrTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / 1_000);
  return [seconds, Math.round((ms - seconds * 1_000) * 1e6)];
}

function prefixed(attributes: FinishedSpan['attributes']): Record<string, string | number> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`bothy.${name}`, value]));
}
