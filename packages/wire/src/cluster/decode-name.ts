/** Questions and answers about names, as they came from another node. */
import type { Parsed } from '../schemas/parse.ts';
import { ofKind } from './check.ts';
import { nameOutcomes } from './enumerations.ts';
import type * as pb from './gen/cluster.ts';
import type { NameMessage } from './link-message.ts';
import * as node from './node-schemas.ts';

type NameKind = Extract<
  NonNullable<pb.Message['kind']>,
  { $case: 'nameQuery' | 'nameAnswer' | 'nameRecords' }
>;

export function nameMessage(kind: NameKind): Parsed<NameMessage> {
  switch (kind.$case) {
    case 'nameQuery': {
      const { id, query } = kind.value;
      const question = query === undefined ? undefined : { ...query.value, kind: query.$case };
      return ofKind('nameQuery', node.nameQuery, { id, question });
    }
    case 'nameAnswer': {
      const { id, outcome, person } = kind.value;
      return ofKind('nameAnswer', node.nameAnswer, {
        id,
        outcome: { kind: nameOutcomes.toWord(outcome), person },
      });
    }
    case 'nameRecords': {
      const records = kind.value.records.map((each) => ({ ...each, person: each.person || null }));
      return ofKind('nameRecords', node.nameRecords, { records });
    }
  }
}
