import { expect, test } from 'vitest';
import { topicMatches } from './topic-filter.ts';

// Examples of MQTT 3.1.1, sections 4.7.1 and 4.7.2.
test.each([
  ['sport/tennis/#', 'sport/tennis', true],
  ['sport/tennis/#', 'sport/tennis/player1/ranking', true],
  ['sport/tennis/+', 'sport/tennis/player1', true],
  ['sport/tennis/+', 'sport/tennis/player1/ranking', false],
  ['sport/+', 'sport', false],
  ['sport/+', 'sport/', true],
  ['+/+', '/finance', true],
  ['+', '/finance', false],
  ['#', '$SYS/uptime', false],
  ['$SYS/#', '$SYS/uptime', true],
  ['env/+/raw', 'env/temperature/raw', true],
  ['env/+/raw', 'env/temperature/raws', false],
  ['env/event', 'env/event/x', false],
])('%s and %s: %s', (filter, topic, matches) => {
  expect(topicMatches(filter, topic)).toBe(matches);
});
