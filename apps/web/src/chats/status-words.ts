/** The ticks in a person's words. Each says what is known, never what is hoped. */
import type { MessageStatus } from '@bothy/peer/views';

export function statusWords(status: MessageStatus, contactName: string): string {
  switch (status) {
    case 'pending':
      return 'Saved, not sent yet';
    case 'sent':
      return 'On its way';
    case 'delivered':
      return `${contactName} has it`;
    case 'read':
      return `${contactName} has seen it`;
    case 'failed':
      return 'Not sent';
  }
}
