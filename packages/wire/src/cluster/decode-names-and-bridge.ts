/** Questions about names, and what brokers say, as they came from another node. */
import { checkBridgeMessage, parseNameAnswer, parseNameQuestion } from '../schemas/cluster-schema.ts';
import type { Parsed } from '../schemas/parse.ts';
import { check } from './check.ts';
import type * as pb from './gen/cluster.ts';
import type { LinkMessage } from './link-message.ts';
import { questionId } from './node-schemas.ts';

export function nameQuery({ id, questionJson }: pb.NameQuery): Parsed<LinkMessage> {
  const known = check(questionId, id, 'id');
  if (!known.ok) return known;
  const question = parseNameQuestion(questionJson);
  return question.ok ? { ok: true, value: { kind: 'nameQuery', id, question: question.value } } : question;
}

export function nameAnswer({ id, answerJson }: pb.NameAnswer): Parsed<LinkMessage> {
  const known = check(questionId, id, 'id');
  if (!known.ok) return known;
  const answer = parseNameAnswer(answerJson);
  return answer.ok ? { ok: true, value: { kind: 'nameAnswer', id, answer: answer.value } } : answer;
}

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
