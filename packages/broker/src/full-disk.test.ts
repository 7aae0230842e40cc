/** A disk that takes no more: the operating system refuses the writes of a real broker. */
import { expect, test } from 'vitest';
import { brokerFixture, inbox } from '../testing/broker-fixture.ts';
import { brokerProcesses } from '../testing/broker-processes.ts';

const { connect } = brokerFixture();
const { launch, kill } = brokerProcesses();

test('[BR25] what the disk did not take is not acknowledged, and what was acknowledged is there after a restart', async () => {
  // Half a mebibyte.
  const first = await launch(1_024);
  const away = await connect(first.url, { clientId: 'away', clean: false });
  await away.subscribeAsync('env/#', { qos: 1 });
  await away.endAsync();
  const publisher = await connect(first.url);
  const acknowledged: string[] = [];
  const ended = new Promise<void>((resolve) => publisher.once('close', () => resolve()));
  for (let n = 0; publisher.connected && n < 100; n += 1) {
    const text = `${n} `.padEnd(32_000, 'x');
    const sent = publisher.publishAsync('env/light/raw', text, { qos: 1 }).then(
      () => acknowledged.push(text),
      () => undefined,
    );
    await Promise.race([sent, ended]);
  }
  await ended;
  expect(acknowledged.length).toBeGreaterThan(3);
  expect(acknowledged.length).toBeLessThan(100);
  await expect.poll(() => first.log.join('\n')).toMatch(/disk/);

  // Nothing is promised any more, and what promises nothing goes on.
  const later = await connect(first.url);
  const refused = new Promise<void>((resolve) => later.once('close', () => resolve()));
  later.publishAsync('env/light/raw', 'too late', { qos: 1 }).catch(() => undefined);
  await refused;
  const [reader, writer] = [await connect(first.url), await connect(first.url)];
  await reader.subscribeAsync('env/humidity/raw');
  await writer.publishAsync('env/humidity/raw', '40', { qos: 0 });
  expect((await inbox(reader).first(1))[0]?.text).toBe('40');
  await kill(first.process);

  const second = await launch();
  const back = await connect(second.url, { clientId: 'away', clean: false });
  const received = await inbox(back).first(acknowledged.length);
  expect(received.slice(0, acknowledged.length).map(({ text }) => text)).toEqual(acknowledged);
});
