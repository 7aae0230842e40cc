/** What brokers say, as it came from another node. */
import { checkBridgeMessage } from '../schemas/cluster-schema.ts';
import type { Parsed } from '../schemas/parse.ts';
import type * as pb from './gen/cluster.ts';
import type { LinkMessage } from './link-message.ts';

export function bridgeMessage({ kind }: pb.Bridge): Parsed<LinkMessage> {
  const message = checkBridgeMessage(
    kind === undefined ? undefined : { ...fieldsOf(kind), kind: kind.$case },
  );
  return message.ok ? { ok: true, value: { kind: 'bridge', message: message.value } } : message;
}

function fieldsOf(kind: NonNullable<pb.Bridge['kind']>): object {
  if (kind.$case !== 'client') return kind.value;
  const { will, ...rest } = kind.value;
  return will === undefined ? rest : { ...rest, will };
}
