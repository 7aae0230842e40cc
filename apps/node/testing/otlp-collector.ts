/** A collector of traces, as small as it can be: OTLP over HTTP with JSON. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface CollectedSpan {
  /** Of the node that made it. */
  readonly node: string;
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
}

interface Collected {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: CollectedSpan['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly Omit<CollectedSpan, 'node'>[] }[];
  }[];
}

export interface OtlpCollector {
  readonly url: string;
  readonly spans: CollectedSpan[];
  /** Requests since the start. */
  requests: number;
  /** What it answers with; 0 is no answer at all. */
  status: number;
}

export async function openCollector(): Promise<OtlpCollector> {
  const collector = { url: '', spans: [] as CollectedSpan[], requests: 0, status: 200 };
  const server = createServer(async (request, response) => {
    collector.requests += 1;
    const text = Buffer.concat(await request.toArray()).toString();
    if (collector.status === 200 && request.url === '/v1/traces') {
      for (const { resource, scopeSpans } of (JSON.parse(text) as Collected).resourceSpans) {
        const instance = resource.attributes.find(({ key }) => key === 'service.instance.id');
        const node = String(instance?.value.stringValue);
        for (const { spans } of scopeSpans) collector.spans.push(...spans.map((span) => ({ node, ...span })));
      }
    }
    if (collector.status !== 0) response.writeHead(collector.status).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  collector.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return collector;
}
