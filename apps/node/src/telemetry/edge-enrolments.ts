/**
 * Enrolled edges of the whole cluster: each node states what it did on a retained topic, and takes over what others
 * state. So an edge signs in at any node, and one that was shut out is shut out everywhere.
 */

import type { Enrolled, SqliteEdges } from '@bothy/store';
import type { TelemetryBus } from '@bothy/telemetry/drivers/mqtt';
import { BothyError, type EdgeEnrolment, type EdgeId, topics } from '@bothy/wire';
import { parseEdgeEnrolment } from '@bothy/wire/schemas';

export interface EdgeEnrolmentsOptions {
  readonly edges: SqliteEdges;
  readonly node: string;
  readonly bus: TelemetryBus;
  /** Ends the connection of an edge whose secret changed or was taken back. */
  readonly endEdge: (edge: EdgeId) => void;
  readonly log: {
    info(fields: object, sentence: string): void;
    warn(fields: object, sentence: string): void;
  };
}

export class EdgeEnrolments {
  readonly #options: EdgeEnrolmentsOptions;
  /** One after the other, in the order in which they were stated. */
  #merging: Promise<void> = Promise.resolve();

  constructor(options: EdgeEnrolmentsOptions) {
    this.#options = options;
  }

  /** States what this node did, for nodes that have not heard of it or have lost it, and hears the others. */
  start(): void {
    const { bus, edges, node } = this.#options;
    bus.subscribe('edge/+/enrolment', ({ topic, payload }) => {
      const parsed = parseEdgeEnrolment(Buffer.from(payload).toString('utf8'));
      // Only nodes publish there; what cannot be read is of a later version.
      if (!parsed.ok || topic !== topics.edge(parsed.value.edge, 'enrolment')) return;
      if (parsed.value.by === node) return;
      this.#merging = this.#merging.then(() => this.#merge(parsed.value));
    });
    bus.onConnect(() => {
      for (const enrolment of edges.enrolments) if (enrolment.by === node) this.#state(enrolment);
    });
  }

  /** Throws `invitation_invalid`, `name_taken` or `limit_reached`. */
  async enrol(edge: EdgeId, code: string): Promise<string> {
    const { edges, log, endEdge } = this.#options;
    const enrolled = await edges.enrol(edge, code.trim().toLowerCase());
    if (!enrolled.ok) throw refusalOf(edge, enrolled);
    log.info({ edge }, 'an edge is enrolled');
    endEdge(edge);
    this.#state(enrolled.enrolment);
    return enrolled.secret;
  }

  /** False when it is not enrolled. */
  async revoke(edge: EdgeId, by: string): Promise<boolean> {
    const { edges, log, endEdge } = this.#options;
    const enrolment = await edges.revoke(edge);
    if (enrolment === undefined) return false;
    log.info({ edge, by }, 'the enrolment of an edge was taken back');
    endEdge(edge);
    this.#state(enrolment);
    return true;
  }

  async idle(): Promise<void> {
    await this.#merging;
  }

  async #merge(stated: EdgeEnrolment): Promise<void> {
    const { edges, endEdge, log } = this.#options;
    try {
      if (await edges.merge(stated)) endEdge(stated.edge);
    } catch (thrown) {
      log.warn({ err: thrown, edge: stated.edge }, 'what another node said of an edge could not be kept');
    }
  }

  #state(enrolment: EdgeEnrolment): void {
    const { bus, log } = this.#options;
    const topic = topics.edge(enrolment.edge, 'enrolment');
    bus.publish(topic, JSON.stringify(enrolment), { qos: 1, retain: true }).catch((thrown: unknown) => {
      log.warn({ err: thrown, edge: enrolment.edge }, 'other nodes are told of an edge at the next start');
    });
  }
}

function refusalOf(edge: EdgeId, { why }: Exclude<Enrolled, { ok: true }>): BothyError {
  if (why === 'codeRefused') {
    const advice = 'Ask who runs the node for a new one.';
    const sentence = `This code was used, has expired, is for another edge, or was never given. ${advice}`;
    return new BothyError('invitation_invalid', sentence);
  }
  const advice = `Choose another id, or ask who runs the node for a code for ${edge}.`;
  return new BothyError('name_taken', `The edge ${edge} is enrolled already. ${advice}`);
}
