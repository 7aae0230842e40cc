import type { AlarmRoute } from '@bothy/wire';
import { describe, expect, it } from 'vitest';
import { draftOf, emptyDraft, routeMeaning, routeOf } from './route-draft.ts';

const routes: readonly AlarmRoute[] = [
  { name: 'all', to: { kind: 'browser' } },
  {
    name: 'night',
    to: { kind: 'room', room: 'a2b3c4d5e6f7g2h3i4j5' },
    severities: ['warning', 'danger'],
    edges: ['green-*'],
    sensors: ['temperature'],
    rules: ['hot', 'cold'],
    tellsEnd: false,
    afterMs: 600_000,
    repeatMs: 3_600_000,
    quiet: { days: ['sat', 'sun'], from: '22:00', to: '06:00' },
    quietDanger: true,
  },
  { name: 'hook', to: { kind: 'webhook', url: 'https://example.org/x', secret: '0123456789abcdef' } },
  { name: 'mail', to: { kind: 'email', to: ['ada@example.org', 'ben@example.org'] } },
  { name: 'ada', to: { kind: 'person', name: 'ada' } },
];

describe('a route in a form', () => {
  it.each(routes)('is the same route when it is read again: $name', (route) => {
    expect(routeOf(draftOf(route))).toEqual({ ok: true, route });
  });

  it('says what is missing', () => {
    const sentence = (change: object): string => {
      const check = routeOf({ ...emptyDraft, name: 'x', kind: 'browser', ...change });
      return check.ok ? 'right' : check.sentence;
    };
    expect(sentence({})).toBe('right');
    expect(sentence({ name: '' })).toMatch(/^name must be/);
    expect(sentence({ severities: [] })).toMatch(/severity/);
    expect(sentence({ kind: 'room' })).toMatch(/room/);
    expect(sentence({ kind: 'webhook', url: 'ftp://x' })).toMatch(/http/);
    expect(sentence({ kind: 'email', mail: 'ada' })).toMatch(/mail/);
    expect(sentence({ isQuiet: true, quiet: { days: ['mon'], from: '08:00', to: '08:00' } })).toMatch(
      /hours/,
    );
  });

  it('is told in a sentence', () => {
    const [all, night, hook] = routes.map((route) => routeMeaning(route, 'Greenhouse'));
    expect(all).toBe('Every alarm goes to the browsers of all who watch, at once.');
    expect(night).toBe(
      'Every alarm of severity warning or danger of green-* at temperature by hot or cold goes to the room Greenhouse, once nobody has acknowledged it for 10 min, and again every 1 h until somebody does. Silent on Sat and Sun from 22:00 to 06:00.',
    );
    expect(hook).toContain('example.org');
  });
});
