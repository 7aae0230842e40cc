/** What a shape cannot say about rules. Schema and parser both ask here, so that text and data are refused alike. */
import type { Condition, LeafCondition, Rule, ThresholdCondition, WeekSpan } from './rule.ts';
import { ruleLimits, weekdays } from './rule.ts';

/** The conditions without groups, from left to right. */
export function leavesOf(condition: Condition): readonly LeafCondition[] {
  return 'of' in condition ? condition.of.flatMap(leavesOf) : [condition];
}

/** A sentence about what is wrong, or undefined. Takes rules of the right shape. */
export function ruleProblem(rule: Rule): string | undefined {
  return conditionProblem(rule.when) ?? spanProblem(rule.only) ?? spanProblem(rule.quiet);
}

export function conditionProblem(condition: Condition): string | undefined {
  if (depthOf(condition) > ruleLimits.depth) return `Conditions nest ${ruleLimits.depth} deep at most.`;
  const leaves = leavesOf(condition);
  if (leaves.length > ruleLimits.leaves) return `A rule has ${ruleLimits.leaves} conditions at most.`;
  for (const leaf of leaves) {
    if (leaf.kind === 'threshold') {
      const problem = hysteresisProblem(leaf);
      if (problem !== undefined) return problem;
    }
    if (leaf.sensor === '*' && leaf.node !== undefined) return 'Name one sensor of an edge, or "*" alone.';
  }
  const scopes = new Set(leaves.map(scopeOf));
  if (scopes.size > 1) return 'Name the edge of every sensor or of none, and use "*" for all or for none.';
  return undefined;
}

/** What a rule is evaluated for: each sensor (`*`), each edge, or once (every sensor's edge is named). */
export type RuleScope = 'sensor' | 'edge' | 'once';

export function scopeOf(leaf: LeafCondition): RuleScope {
  if (leaf.sensor === '*') return 'sensor';
  return leaf.node === undefined ? 'edge' : 'once';
}

export function hysteresisProblem({ is, limit, until }: ThresholdCondition): string | undefined {
  if (until === undefined) return undefined;
  if (is.startsWith('>') && until > limit) return `What fires above ${limit} cannot clear above it.`;
  if (is.startsWith('<') && until < limit) return `What fires below ${limit} cannot clear below it.`;
  return undefined;
}

export function spanProblem(span: WeekSpan | undefined): string | undefined {
  if (span === undefined) return undefined;
  if (span.from === span.to) return 'These hours begin when they end: write 00:00-24:00 for a whole day.';
  const order = span.days.map((day) => weekdays.indexOf(day));
  const isRising = order.every((place, i) => i === 0 || place > (order[i - 1] ?? 0));
  return isRising ? undefined : 'Write the days in the order of the week, each once.';
}

function depthOf(condition: Condition): number {
  return 'of' in condition ? 1 + Math.max(...condition.of.map(depthOf)) : 1;
}
