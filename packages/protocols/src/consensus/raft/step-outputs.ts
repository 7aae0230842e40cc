/** What one step puts out, and when it happened. */
import type { MemberId, RaftMessage, RaftOutput } from './raft-messages.ts';

export class StepOutputs<Command, State> {
  nowMs = 0;
  #outputs: RaftOutput<Command, State>[] = [];

  push(output: RaftOutput<Command, State>): void {
    this.#outputs.push(output);
  }

  /** Leaves once all that was written before is durable. */
  send(to: MemberId, message: RaftMessage<Command, State>): void {
    this.#outputs.push({ kind: 'send', to, message });
  }

  /**
   * Leaves at once. A leader may, for its term and vote are durable, and its own log counts once it is; and who says
   * nothing but what is durable.
   */
  sendEarly(to: MemberId, message: RaftMessage<Command, State>): void {
    this.#outputs.push({ kind: 'send', to, message, early: true });
  }

  take(): RaftOutput<Command, State>[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }
}
