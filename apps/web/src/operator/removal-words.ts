/** How far the removal of a person is, in words. */
import type { Removal } from '../node/operator-client.ts';

const nowWords: Readonly<Record<string, string | undefined>> = {
  key: 'Their key is being kept out.',
  name: 'The name is being freed.',
  sessions: 'Connections are being ended.',
  rooms: 'They are leaving their rooms.',
  mailbox: 'What waits for them is being cleared.',
};

export function removalWords({ state, steps, trouble, reason }: Removal): string {
  const underWay = steps.find((step) => step.state === 'underWay')?.name ?? '';
  const waits = trouble === undefined ? '' : ` It waits, and goes on by itself: ${trouble}`;
  switch (state) {
    case 'running':
      return `${nowWords[underWay] ?? 'Being removed.'}${waits}`;
    case 'compensating':
      return `Kept: what was done is being undone.${waits}`;
    case 'completed':
      return 'Removed.';
    case 'compensated':
      return `Kept. ${reason ?? ''}`.trimEnd();
  }
}

/** Whether it can be taken back still. */
export function mayKeep({ state, steps }: Removal): boolean {
  return (
    state === 'running' && steps.every(({ name, state: step }) => name !== 'mailbox' || step === 'waiting')
  );
}
