/** Asks for an edge where it is kept: here, or at another node over the link between the nodes. */
import {
  BothyError,
  type EdgeId,
  type QuestionKind,
  type QuestionOf,
  type TelemetryAnswers,
} from '@bothy/wire';
import { parseTelemetryAnswer, parseTelemetryQuestion } from '@bothy/wire/schemas';
import type { CsvReading, SensorOf, TelemetryAnswering } from './telemetry-api.ts';
import type { TelemetryHost } from './telemetry-host.ts';

export interface AnsweringOptions {
  readonly node: string;
  readonly host: () => Promise<TelemetryHost>;
  /** Asks another node, as JSON. Throws `node_unreachable`, and what it refuses with. */
  readonly askNode: (node: string, question: string) => Promise<string>;
}

export class Answering implements TelemetryAnswering {
  readonly #options: AnsweringOptions;

  constructor(options: AnsweringOptions) {
    this.#options = options;
  }

  async ask<Kind extends QuestionKind>(
    question: QuestionOf<Kind>,
    edge: EdgeId,
  ): Promise<TelemetryAnswers[Kind]> {
    const { node, askNode } = this.#options;
    const host = await this.#options.host();
    const home = host.edges.homeOf(edge);
    if (home === null || home === node) return await own(host, question);
    const parsed = parseTelemetryAnswer(question.ask as Kind, await askNode(home, JSON.stringify(question)));
    if (parsed.ok) return parsed.value;
    throw new BothyError('node_unreachable', `${home} did not answer as a node does: ${parsed.reason}.`);
  }

  /** For another node that asks: both are JSON. Throws what it is to be told. */
  async answer(text: string): Promise<string> {
    const question = parseTelemetryQuestion(text);
    if (!question.ok) throw new BothyError('bad_request', `AskTelemetry: ${question.reason}.`);
    // Only what is kept here: a question that was sent to the wrong node does not go round.
    return JSON.stringify(await own(await this.#options.host(), question.value));
  }

  async *rows(
    wanted: readonly SensorOf[],
    { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  ): AsyncGenerator<CsvReading> {
    for (const { edge, sensor } of wanted) {
      let next = { fromMs, skip: 0 };
      for (let complete = false; !complete; ) {
        const answer = await this.ask({ ask: 'rows', edge, sensor, toMs, ...next }, edge);
        for (const [stampMs, value, unit] of answer.rows) yield { edge, sensor, stampMs, value, unit };
        ({ complete } = answer);
        next = after(answer.rows, next);
      }
    }
  }
}

/** The cores come with what answers from them; a node that was never asked does without. */
async function own<Kind extends QuestionKind>(
  host: TelemetryHost,
  question: QuestionOf<Kind>,
): Promise<TelemetryAnswers[Kind]> {
  const { ownAnswer } = await import('./own-answers.ts');
  return await ownAnswer(host, question);
}

type Place = { readonly fromMs: number; readonly skip: number };

/** Several readings may have one stamp, and a page may end between them. */
function after(rows: TelemetryAnswers['rows']['rows'], before: Place): Place {
  const last = rows.at(-1)?.[0];
  if (last === undefined) return before;
  const same = rows.filter(([stampMs]) => stampMs === last).length;
  return { fromMs: last, skip: last === before.fromMs ? before.skip + same : same };
}
