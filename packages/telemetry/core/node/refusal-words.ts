/** What the cores of a node refuse, each in its own terms, as the node says it. */
import type { AlarmOutput } from '../alarms/messages.ts';
import type { EngineOutput } from '../engine/messages.ts';
import type { HomeOutput } from '../home/messages.ts';
import type { IngestOutput } from '../ingest/messages.ts';
import type { NodeOutput } from './messages.ts';

type RefusalOf<Output> = Extract<Output, { readonly kind: 'refused' }>;
type Refusal = RefusalOf<AlarmOutput | EngineOutput | HomeOutput | IngestOutput>;

export function refusalOf(output: Refusal): RefusalOf<NodeOutput> {
  const { count } = output;
  if ('reason' in output) {
    const subject = `${output.client}: ${output.reason}`;
    return { kind: 'refused', what: 'reading', subject, sentence: output.example, count };
  }
  const { sentence } = output;
  if ('alarm' in output) return { kind: 'refused', what: 'alarm', subject: output.alarm, sentence, count };
  if ('node' in output) {
    const subject = `${output.node}/${output.sensor}`;
    return { kind: 'refused', what: 'rule', subject, sentence, count };
  }
  return { kind: 'refused', what: 'edge', subject: output.edge, sentence, count };
}
