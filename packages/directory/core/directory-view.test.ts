import { expect, test } from 'vitest';
import { DirectoryStage } from './testing/directory-stage.ts';

test('[DR32] while voters change, those of before are shown: they can still not be lost', () => {
  const stage = new DirectoryStage('joint');
  stage.start('a', 'b', 'c');
  stage.linkAll('a', 'b', 'c');
  stage.advance(1_000);
  const { leader } = stage.core('a').view();
  const others = ['a', 'b', 'c'].filter((node) => node !== leader);
  let isJoint = false;
  stage.isHeard = (_from, to, message) => {
    if (isJoint && to === leader) return false;
    const append = message.kind === 'raft' && message.message.kind === 'append' ? message.message : undefined;
    const isChange = append?.entries.some(
      ({ content }) => content.kind === 'configuration' && content.configuration.outgoing.length > 0,
    );
    isJoint ||= isChange === true;
    return true;
  };
  stage.advance(10_000);
  expect(isJoint).toBe(true);
  for (const node of others) {
    const { voters, learners, survives } = stage.core(node).view();
    expect({ voters, learners, survives }).toEqual({ voters: [leader], learners: others, survives: 0 });
  }
  stage.isHeard = () => true;
  stage.advance(10_000);
  for (const node of others) {
    expect(stage.core(node).view()).toMatchObject({ voters: ['a', 'b', 'c'], learners: [], survives: 1 });
  }
});
