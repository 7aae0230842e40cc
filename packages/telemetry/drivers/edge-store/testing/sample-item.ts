import type { OutboxItem } from '../../../core/index.ts';

export function sampleItem(number: number, more: Partial<OutboxItem> = {}): OutboxItem {
  return {
    ...{
      number,
      boot: 1,
      sensor: 'temperature',
      seq: number,
      stampMs: 1_000 * number,
      value: 20,
      bytes: 150,
    },
    ...more,
  };
}
