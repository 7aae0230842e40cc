/** One step of the core: the time it happens at, and its outputs in order. */
import type { Now } from '@bothy/protocols';
import type { DirectoryMessage, NodeId } from '@bothy/wire';
import type { DirectoryOutput, DirectoryWrite } from './directory-messages.ts';

export class Step {
  readonly now: Now;
  readonly outputs: DirectoryOutput[] = [];

  constructor(now: Now) {
    this.now = now;
  }

  emit(output: DirectoryOutput): void {
    this.outputs.push(output);
  }

  persist(...writes: readonly DirectoryWrite[]): void {
    this.outputs.push({ kind: 'persist', writes });
  }

  /** Leaves once every write so far is durable. */
  send(to: NodeId, message: DirectoryMessage): void {
    this.outputs.push({ kind: 'send', to, message });
  }
}
