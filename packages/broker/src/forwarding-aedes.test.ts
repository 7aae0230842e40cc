import type { PublishPacket } from 'aedes';
import { expect, test } from 'vitest';
import { ForwardingAedes } from './forwarding-aedes.ts';

function message(topic: string): PublishPacket {
  return { cmd: 'publish', topic, payload: Buffer.from('1'), qos: 0, retain: false, dup: false };
}

test('[BR38] any number of messages may wait behind one, also of topics that nobody listens to', async () => {
  const aedes = new ForwardingAedes({ concurrency: 1 });
  await aedes.listen();
  const held = new Promise<() => void>((resolve) => {
    aedes.subscribe(
      'env/slow/raw',
      (_packet, done) => resolve(done),
      () => {},
    );
  });
  aedes.publish(message('env/slow/raw'), () => {});
  const letGo = await held;
  const waiting = 20_000;
  let passed = 0;
  const all = new Promise<void>((resolve) => {
    for (let at = 0; at < waiting; at += 1) {
      aedes.publish(message('env/nobody/raw'), () => {
        passed += 1;
        if (passed === waiting) resolve();
      });
    }
  });
  letGo();
  await all;
  await new Promise<void>((resolve) => aedes.close(() => resolve()));
  expect(passed).toBe(waiting);
});

test('[BR39] the end of a connection takes no later one of its id with it', async () => {
  const aedes = new ForwardingAedes();
  await aedes.listen();
  // As Aedes calls them; one that is ending calls back at once.
  const registry = aedes as unknown as {
    readonly clients: { readonly phone?: unknown };
    registerClient(client: object): void;
    unregisterClient(client: object): void;
  };
  const phone = () => ({ id: 'phone', closed: true, close: (done?: () => void) => done?.() });
  const [before, later] = [phone(), phone()];
  registry.registerClient(before);
  registry.registerClient(later);
  registry.unregisterClient(before);
  expect(registry.clients.phone).toBe(later);
  registry.unregisterClient(later);
  expect(registry.clients.phone).toBeUndefined();
  await new Promise<void>((resolve) => aedes.close(() => resolve()));
});
