import fc from 'fast-check';
import { expect, test } from 'vitest';
import { persist, type ScriptedOutput, ScriptedWorld, send, sendEarly } from './scripted-core.ts';

/** A step's outputs, the store answering, or a commit that was put off beginning. Names are numbered by the test. */
type Act = readonly ('persist' | 'send' | 'early')[] | 'storeAnswers' | 'begin';

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.array(fc.constantFrom('persist', 'send', 'early'), { maxLength: 5 }),
  fc.constant<Act>('storeAnswers'),
  fc.constant<Act>('begin'),
);

/** The obvious model: which sends may be out when so many persists, in order, are durable. */
class Model {
  readonly given: { readonly name: string; readonly kind: 'persist' | 'send' | 'early' }[] = [];

  outWhen(durable: ReadonlySet<string>): string[] {
    const firstNotDurable = this.given.findIndex(
      ({ kind, name }) => kind === 'persist' && !durable.has(name),
    );
    const free = firstNotDurable === -1 ? this.given : this.given.slice(0, firstNotDurable);
    return free.filter(({ kind }) => kind === 'send').map(({ name }) => name);
  }
}

test('[LP4, LP5, LP8] whatever the store does, exactly what is covered by durable writes is out, in order', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), fc.boolean(), (acts, isPutOff) => {
      const begins: (() => void)[] = [];
      const beginCommit = (begin: () => void): void => void begins.push(begin);
      const world = new ScriptedWorld(isPutOff ? { beginCommit } : {});
      const model = new Model();
      const durable = new Set<string>();
      const answer = (): void => {
        for (const write of world.commits[0]?.writes ?? []) durable.add(write);
        if (world.commits.length > 0) world.storeAnswers();
      };
      const check = (): void => {
        expect(world.commits.length).toBeLessThanOrEqual(1);
        const out = world.log.filter((line) => line.startsWith('send'));
        expect(out).toEqual(model.outWhen(durable));
      };
      let count = 0;
      for (const each of acts) {
        if (each === 'storeAnswers') answer();
        else if (each === 'begin') begins.shift()?.();
        else {
          const outputs = each.map((kind): ScriptedOutput => {
            const name = `${kind} ${count++}`;
            model.given.push({ name, kind });
            return kind === 'persist' ? persist(name) : kind === 'send' ? send(name) : sendEarly(name);
          });
          world.do(...outputs);
        }
        check();
      }
      while (world.commits.length > 0 || begins.length > 0) {
        begins.shift()?.();
        answer();
      }
      check();
      const early = model.given.filter(({ kind }) => kind === 'early').map(({ name }) => name);
      expect(world.log.filter((line) => line.startsWith('early'))).toEqual(early);
      expect(world.loop.idle).toBe(true);
    }),
  );
});
