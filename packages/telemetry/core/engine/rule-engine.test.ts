import { describe, expect, test } from 'vitest';
import { EngineDesk, ruleOf, startWallMs } from '../testing/engine-desk.ts';
import { RuleEngine } from './rule-engine.ts';

/** Only second and verb, where one subject is meant. */
function said(desk: EngineDesk): readonly string[] {
  return desk.said.map((line) => line.replace(/ .* /, ' '));
}

/** One reading each second. */
function each(desk: EngineDesk, values: readonly number[], stepMs = 1_000): EngineDesk {
  for (const value of values) desk.read(value).wait(stepMs);
  return desk;
}

test('[TLE1] a threshold fires at the first reading beyond it and clears at the first that is not, once each', () => {
  expect(said(each(new EngineDesk(['temperature > 30']), [30, 31, 32, 31, 30, 29]))).toEqual([
    '1 fired',
    '4 cleared',
  ]);
  expect(said(each(new EngineDesk(['temperature >= 30']), [29, 30, 29]))).toEqual(['1 fired', '2 cleared']);
  expect(said(each(new EngineDesk(['temperature < 15']), [15, 14, 15]))).toEqual(['1 fired', '2 cleared']);
  expect(said(each(new EngineDesk(['temperature <= 15']), [15, 16]))).toEqual(['0 fired', '1 cleared']);
});

test('[TLE2] between its two values a threshold stays as it was', () => {
  const values = [29, 31, 29, 28, 30, 27.9, 29, 30, 31];
  expect(said(each(new EngineDesk(['temperature > 30 clear below 28']), values))).toEqual([
    '1 fired',
    '5 cleared',
    '8 fired',
  ]);
  const low = new EngineDesk(['temperature < 15 clear above 16']);
  expect(said(each(low, [15, 14, 15.5, 16, 16.1, 15]))).toEqual(['1 fired', '4 cleared']);
});

test('[TLE3] a rule fires when the condition has held long enough, and clears when it has not held long enough', () => {
  const desk = new EngineDesk(['temperature > 30 for 5s clear for 3s']);
  each(desk, [31, 31, 31, 31, 29, 31]).wait(3_999);
  expect(desk.said).toEqual([]);
  desk.wait(1);
  expect(said(desk)).toEqual(['10 fired']);
  desk.wait(1_000).read(29).wait(2_000).read(31).wait(1_000).read(29).wait(3_000);
  expect(said(desk)).toEqual(['10 fired', '17 cleared']);
});

test('[TLE4] a change is measured against the lowest or highest value of its time, and ends with it', () => {
  const rises = new EngineDesk(['temperature rises by 2 within 10s']);
  each(rises, [20, 21, 21.5, 22.1]).wait(20_000);
  expect(said(rises)[0]).toBe('3 fired');
  expect(rises.said).toHaveLength(2);
  const slow = new EngineDesk(['temperature changes by 2 within 10s']);
  each(slow, [20, 21, 22, 23, 24, 25, 24, 23, 22], 10_000);
  expect(slow.said).toEqual([]);
  const falls = new EngineDesk(['temperature falls by 2 within 10s']);
  expect(said(each(falls, [20, 25, 23.1, 22.9]))).toEqual(['3 fired']);
});

test('[TLE5] silence alone makes a sensor stale, and the next reading ends it', () => {
  const desk = new EngineDesk(['temperature stale after 5s']);
  desk.wait(60_000).read(1).wait(4_000).read(1).wait(5_000).wait(10_000).read(1);
  expect(said(desk)).toEqual(['69 fired', '79 cleared']);
  const named = new EngineDesk(['edge-9/door stale after 5s']).wait(5_000);
  expect(named.said).toEqual(['5 door_stale edge-9/door fired']);
});

describe('[TLE6] rules of several conditions', () => {
  test('each edge is judged by its own sensors', () => {
    const desk = new EngineDesk(['hot: temperature > 30 and humidity < 40']);
    desk.read(31).read(50, { sensor: 'humidity' });
    desk.read(20, { node: 'edge-2' }).read(30, { node: 'edge-2', sensor: 'humidity' });
    expect(desk.said).toEqual([]);
    desk.wait(1_000).read(39, { sensor: 'humidity' });
    expect(desk.said).toEqual(['1 hot edge-1/temperature fired']);
  });

  test('what is unknown decides nothing that the rest does not', () => {
    const any = new EngineDesk(['a > 1 or b > 1']).read(2, { sensor: 'b' });
    expect(any.said).toHaveLength(1);
    const all = new EngineDesk(['a > 1 and b > 1']).read(2, { sensor: 'b' });
    expect(all.said).toEqual([]);
    expect(all.wait(1).read(2, { sensor: 'a' }).said).toHaveLength(1);
  });

  test('across edges there is one verdict, and "*" has one for each sensor', () => {
    const across = new EngineDesk(['edge-1/a > 1 and edge-2/a > 1']);
    across.read(2, { sensor: 'a' }).read(2, { sensor: 'a', node: 'edge-3' });
    expect(across.said).toEqual([]);
    expect(across.read(2, { sensor: 'a', node: 'edge-2' }).said).toEqual(['0 a_alert edge-1/a fired']);
    const all = new EngineDesk(['* > 1']).read(2, { sensor: 'a' }).read(2, { sensor: 'b', node: 'edge-2' });
    expect(all.said).toEqual(['0 sensor_alert_high edge-1/a fired', '0 sensor_alert_high edge-2/b fired']);
  });
});

describe('[TLE7] late readings are never judged', () => {
  test('marked ones, older ones, numbers that were there', () => {
    const desk = new EngineDesk(['temperature > 30']).read(20, { boot: 2, seq: 7 }).wait(1_000);
    desk.read(99, { hist: true }).read(99, { boot: 2, seq: 7 }).read(99, { boot: 1, seq: 90 });
    expect(desk.said).toEqual([]);
    desk.read(99, { boot: 3, seq: 0 });
    expect(desk.said).toHaveLength(1);
    const plain = new EngineDesk(['temperature > 30']).wait(60_000).read(20).wait(1_000);
    plain.read(99, { stampMs: startWallMs + 60_000 }).read(99, { stampMs: startWallMs + 59_000 });
    expect(plain.said).toEqual([]);
  });

  test('a burst out of a buffer that nobody marked', () => {
    const desk = new EngineDesk(['temperature > 30']).read(20).wait(3_600_000);
    for (let s = 1; s < 3_500; s += 10) desk.read(99, { stampMs: startWallMs + s * 1_000 }).wait(1);
    expect(desk.said).toEqual([]);
    expect(desk.read(99).said).toHaveLength(1);
  });

  test('nor do they end the silence of a stale sensor', () => {
    const desk = new EngineDesk(['temperature stale after 5s']).read(20).wait(5_000);
    desk.read(20, { hist: true, stampMs: startWallMs + 2_000 });
    expect(desk.said).toHaveLength(1);
  });
});

describe('[TLE8] clocks that jump fire nothing and silence nothing', () => {
  test('our wall clock', () => {
    const desk = new EngineDesk(['temperature > 30 for 10s', 'temperature stale after 5s']);
    desk.read(31).wait(1_000);
    for (const jumpMs of [3_600_000, -7_200_000, 86_400_000 * 400]) {
      desk.wallOffsetMs += jumpMs;
      desk.read(31).wait(1_000);
    }
    expect(desk.said).toEqual([]);
    for (let i = 0; i < 7; i++) desk.read(31).wait(1_000);
    expect(said(desk)).toEqual(['10 fired']);
  });

  test.each([3_600_000, -3_600_000])('the clock of a device, by %d ms', (jumpMs) => {
    const desk = each(new EngineDesk(['temperature > 30']), [20, 20, 20]);
    const read = (): EngineDesk => desk.read(31, { stampMs: startWallMs + desk.nowMs + jumpMs }).wait(1_000);
    // A clock that goes back is believed at the third reading; one that goes ahead is not late.
    for (let i = 0; i < 2; i++) read();
    expect(desk.said).toHaveLength(jumpMs > 0 ? 1 : 0);
    read();
    expect(desk.said).toHaveLength(1);
  });
});

describe('[TLE9] state survives a restart', () => {
  test('what fires goes on firing, is not told again, and clears', () => {
    const desk = new EngineDesk(['temperature > 30 for 2s clear below 28']).read(31).wait(2_000);
    expect(desk.said).toHaveLength(1);
    desk.restart().wait(60_000).read(29).wait(60_000);
    expect(desk.said).toHaveLength(1);
    desk.read(27);
    expect(said(desk).at(-1)).toBe('122 cleared');
    desk.restart().read(29).wait(10_000);
    expect(desk.said).toHaveLength(2);
  });

  test('nothing fires of what was before: the time that it must hold begins anew with a live reading', () => {
    const desk = new EngineDesk(['temperature > 30 for 5s']).read(31).wait(4_000).restart().wait(60_000);
    expect(desk.said).toEqual([]);
    desk.read(31).wait(5_000);
    expect(said(desk)).toEqual(['69 fired']);
  });

  test('a sensor that was stale still is; one that was not gets its time', () => {
    const desk = new EngineDesk(['temperature stale after 5s']).read(1).wait(5_000).restart().wait(60_000);
    expect(said(desk)).toEqual(['5 fired']);
    desk.read(1).wait(1_000).restart().wait(4_999);
    expect(said(desk)).toEqual(['5 fired', '65 cleared']);
    expect(said(desk.wait(1)).at(-1)).toBe('71 fired');
  });

  test('what is usual for a sensor is known again', () => {
    const desk = new EngineDesk(['odd: temperature anomalous by outlier']);
    for (let i = 0; i < 320; i++) desk.read(20 + ((i * 7) % 11) / 10).wait(1_000);
    desk.restart().read(20.5).wait(1_000);
    expect(desk.said).toEqual([]);
    desk.read(90);
    expect(said(desk)).toEqual(['321 fired']);
  });

  test('events follow what they follow from', () => {
    const desk = new EngineDesk(['temperature > 30 for 2s']).read(31).wait(2_000).read(1);
    expect(desk.said).toHaveLength(2);
    expect(desk.unstored).toBe(0);
  });

  test('a rule that was changed meanwhile clears', () => {
    const desk = new EngineDesk(['hot: temperature > 30']).read(31).restart(['hot: temperature > 40']);
    expect(said(desk)).toEqual(['0 fired', '0 cleared']);
    expect(desk.stored).toEqual([]);
  });
});

test('[TLE10] what fires is said again at its interval, and only then', () => {
  const desk = new EngineDesk(['temperature > 30 repeat every 10s'])
    .read(31)
    .wait(5_000)
    .read(32)
    .wait(16_000);
  desk.read(20).wait(60_000);
  expect(said(desk)).toEqual(['0 fired', '10 repeated', '20 repeated', '21 cleared']);
});

describe('[TLE11] hours', () => {
  // The desk starts on a Friday at 09:30.
  test('outside of its hours a rule does not hold', () => {
    const desk = new EngineDesk(['temperature > 30 only fri 10:00-11:00']).read(31).wait(1_740_000);
    expect(desk.said).toEqual([]);
    desk.wait(2 * 3_600_000);
    expect(said(desk)).toEqual(['1800 fired', '5400 cleared']);
  });

  test('in quiet hours nothing fires, but what still holds at their end, and what fires may clear', () => {
    const desk = new EngineDesk(['temperature > 30 quiet daily 09:00-10:00']).read(31).wait(1_740_000);
    expect(desk.said).toEqual([]);
    desk.wait(60_000);
    expect(said(desk)).toEqual(['1800 fired']);
    desk.wait(23 * 3_600_000).read(20);
    expect(said(desk).at(-1)).toBe('84600 cleared');
  });

  test('nor is anything repeated in quiet hours', () => {
    const desk = new EngineDesk(['temperature > 30 repeat every 10m quiet daily 09:45-10:45']).read(31);
    desk.wait(3 * 3_600_000);
    expect(said(desk).slice(0, 4)).toEqual(['0 fired', '600 repeated', '4500 repeated', '5100 repeated']);
  });

  test('hours are local, and go on over midnight', () => {
    const zoneOffset = (): number => 15 * 60;
    const desk = new EngineDesk(['temperature > 30 only fri 23:00-02:00'], { zoneOffset }).read(31);
    expect(desk.said).toHaveLength(1);
    desk.wait(3 * 3_600_000);
    expect(said(desk).at(-1)).toBe('5400 cleared');
  });
});

describe('[TLE12] memory is bounded', () => {
  test('sensors that no rule looks at leave no trace, and others are refused when there is no room', () => {
    const desk = new EngineDesk(['temperature > 30'], { mostSensors: 3 });
    for (let i = 0; i < 5_000; i++) desk.read(31, { sensor: `s${i}` });
    expect(desk.stored).toEqual([]);
    for (let i = 0; i < 2_003; i++) desk.read(31, { node: `e${i}` });
    expect(desk.said).toHaveLength(3);
    expect(desk.refused).toBe(2_000);
  });

  test('instances are refused, too', () => {
    const desk = new EngineDesk(['a: * > 1', 'b: * > 1'], { mostInstances: 3 });
    desk.read(2).read(2, { node: 'edge-2' });
    expect(desk.stored).toHaveLength(3);
    expect(desk.refused).toBe(1);
  });

  test('a reading that changes nothing gives nothing out', () => {
    const desk = new EngineDesk(['temperature > 30 for 5s', 'temperature stale after 1m'])
      .read(20)
      .wait(1_000);
    const reading = {
      sensor: 'temperature',
      node: 'edge-1',
      value: 21,
      event: false,
      eventType: null,
      hist: false,
    };
    const stampMs = startWallMs + desk.nowMs;
    expect(desk.engine.step({ kind: 'reading', reading: { ...reading, stampMs } }, desk.now)).toEqual([]);
  });
});

describe('[TLE13] rules and sensors that change', () => {
  test('a rule that is the same goes on; one that changed or went clears', () => {
    const desk = new EngineDesk(['a: temperature > 30', 'b: temperature > 30', 'c: temperature > 30']).read(
      31,
    );
    desk.said.length = 0;
    desk.rules(['a: temperature > 30', 'b: temperature > 20']);
    expect(desk.said).toEqual(['0 b edge-1/temperature cleared', '0 c edge-1/temperature cleared']);
    desk.wait(1_000).read(31);
    expect(desk.said.slice(2)).toEqual(['1 b edge-1/temperature fired']);
    expect(desk.stored.map((record) => record.rule)).toEqual(['a', 'b']);
  });

  test('two rules of one name are a fault of ours', () => {
    expect(() => new EngineDesk(['a: temperature > 30', 'a: temperature > 20'])).toThrow(RangeError);
  });

  test('a sensor that is taken out clears and is forgotten', () => {
    const desk = new EngineDesk(['temperature stale after 5s']).read(31).wait(5_000);
    desk.step({ kind: 'forget', node: 'edge-1' }).wait(60_000);
    expect(said(desk)).toEqual(['5 fired', '5 cleared']);
    expect(desk.stored).toEqual([]);
    expect(desk.engine instanceof RuleEngine && desk.engine.size).toEqual({ sensors: 0, instances: 0 });
  });
});

describe('[TLE14] readings of an edge that go elsewhere, and come here', () => {
  const rules = ['hot: temperature > 30 clear below 28', 'odd: humidity > 80'];
  const firing = [
    { rule: 'hot', sensor: 'temperature' },
    // Of the edge itself, and of a rule that cannot have found it.
    { rule: 'theirs', sensor: 'temperature' },
    { rule: 'odd', sensor: 'temperature' },
  ];

  test('what fired elsewhere is not told again and clears here, after a restart too', () => {
    for (const isRestarted of [false, true]) {
      const desk = new EngineDesk(rules).step({ kind: 'handOver', node: 'edge-1', firing });
      expect(desk.stored.map(({ rule, isFiring }) => [rule, isFiring])).toEqual([['hot', true]]);
      if (isRestarted) desk.restart();
      desk.wait(1_000).read(31).wait(1_000).read(29).wait(1_000);
      expect(desk.said).toEqual([]);
      expect(said(desk.read(27))).toEqual(['3 cleared']);
    }
  });

  test('what fired here is let go without a word, and is news when it fires here once more', () => {
    const desk = new EngineDesk([
      ...rules,
      'silent: temperature stale after 1m',
      'edge-1/door stale after 1m',
    ]);
    desk.read(31).read(31, { node: 'edge-2' });
    const given = desk.said.splice(0);
    expect(given).toHaveLength(2);
    desk.step({ kind: 'handOver', node: 'edge-1', firing: [] });
    const kept = desk.stored.filter(({ isFiring }) => isFiring).map(({ node }) => node);
    expect([desk.said, kept]).toEqual([[], ['edge-2']]);
    // It is not silent: it speaks to somebody else. What a rule names stands as it did from the start.
    desk.wait(59_000).read(31, { node: 'edge-2' }).wait(1_000);
    expect(desk.said).toEqual(['60 door_stale edge-1/door fired']);
    desk.step({ kind: 'handOver', node: 'edge-1', firing: [] }).read(31);
    expect(desk.said.slice(1)).toEqual(['60 hot edge-1/temperature fired']);
    desk.restart();
    expect(said(desk.wait(1_000).read(20))).toContain('61 cleared');
  });
});

test('[TLE1] an event says the unit in which its sensor speaks', () => {
  const engine = new RuleEngine([ruleOf('temperature > 30')]);
  const now = { monoMs: 0, wallMs: startWallMs };
  engine.step({ kind: 'start' }, now);
  const reading = { sensor: 'temperature', node: 'edge-1', stampMs: startWallMs, value: 31, unit: '°C' };
  const input = { ...reading, event: false, eventType: null, hist: false };
  const events = engine.step({ kind: 'reading', reading: input }, now).filter(({ kind }) => kind === 'event');
  expect(events).toMatchObject([{ event: { active: true, value: 31, unit: '°C' } }]);
});
