import { ruleMeaning, severityWords } from '@bothy/telemetry/views';
import { BothyError } from '@bothy/wire';
import { useCallback, useEffect, useState } from 'react';
import type { NamedRule } from './monitor-answers.ts';
import { useMonitor, useOperates, useTelemetry } from './monitor-context.ts';
import { monitorHash } from './monitor-route.ts';
import { RuleEditor } from './rule-editor.tsx';

type Editing = { readonly kind: 'new' } | { readonly kind: 'rule'; readonly name: string } | undefined;

interface Said {
  readonly text: string;
  readonly isProblem: boolean;
  /** The rules before it was done, to have them again. */
  readonly before?: readonly string[];
}

/** What is wrong when: the rules that the node has, what each means, and a place to try another one. */
export function RulesPage({ rule }: { rule: string | undefined }) {
  const { client } = useMonitor();
  const operates = useOperates();
  const { rules, problem, read } = useNamedRules();
  const [editing, setEditing] = useState<Editing>();
  const [said, setSaid] = useState<Said>();

  /** The whole set is written, for one rule may not have the name of another. */
  async function save(text: string, instead: string | undefined, done: string): Promise<void> {
    if (rules === undefined) return;
    const before = rules.map((each) => each.text);
    const others = rules.filter(({ name }) => name !== instead).map((each) => each.text);
    try {
      await client.saveRules(text === '' ? others : [...others, text]);
      setEditing(undefined);
      setSaid({ text: done, isProblem: false, before });
    } catch (thrown) {
      setSaid({ text: BothyError.from(thrown).message, isProblem: true });
    }
    await read();
  }

  async function undo(before: readonly string[]): Promise<void> {
    try {
      await client.saveRules(before);
      setSaid({ text: 'The rules are as they were.', isProblem: false });
    } catch (thrown) {
      setSaid({ text: BothyError.from(thrown).message, isProblem: true });
    }
    await read();
  }

  return (
    <section className="rules-page" aria-labelledby="rules-title">
      <div className="alarms-head">
        <h2 id="rules-title">Rules</h2>
        {editing === undefined && (
          <button type="button" className="button small" onClick={() => setEditing({ kind: 'new' })}>
            {operates ? 'New rule' : 'Try a rule'}
          </button>
        )}
      </div>
      {said !== undefined && <SaidNotice said={said} undo={undo} />}
      {editing?.kind === 'new' && (
        <RuleEditor
          initial=""
          taken={rules?.map(({ name }) => name) ?? []}
          save={operates ? (text) => save(text, undefined, 'The rule holds from now on.') : undefined}
          cancel={() => setEditing(undefined)}
        />
      )}
      {problem !== undefined && (
        <p className="notice bad" role="alert">
          {problem}
        </p>
      )}
      {rules === undefined && problem === undefined && (
        <p className="hint" role="status">
          Asking the node…
        </p>
      )}
      {rules?.length === 0 && (
        <p className="hint">There is no rule: nothing opens an alarm but what edges say themselves.</p>
      )}
      <ul className="rule-list" aria-label="Rules">
        {rules?.map((each) =>
          editing?.kind === 'rule' && editing.name === each.name ? (
            <li key={each.name}>
              <RuleEditor
                initial={each.text}
                taken={rules.map(({ name }) => name).filter((name) => name !== each.name)}
                save={operates ? (text) => save(text, each.name, 'The rule holds from now on.') : undefined}
                cancel={() => setEditing(undefined)}
              />
            </li>
          ) : (
            <RuleRow
              key={each.name}
              rule={each}
              isMeant={each.name === rule}
              operates={operates}
              edit={() => setEditing({ kind: 'rule', name: each.name })}
              remove={() => save('', each.name, `${each.name} is gone.`)}
            />
          ),
        )}
      </ul>
      {rule !== undefined && rules !== undefined && !rules.some(({ name }) => name === rule) && (
        <p className="hint">The node has no rule {rule}: an edge has it, and speaks for its own sensors.</p>
      )}
    </section>
  );
}

function SaidNotice({ said, undo }: { said: Said; undo: (before: readonly string[]) => Promise<void> }) {
  const { before } = said;
  return (
    <div className={said.isProblem ? 'notice bad' : 'notice'} role={said.isProblem ? 'alert' : 'status'}>
      <p>{said.text}</p>
      {before !== undefined && (
        <button type="button" className="button small" onClick={() => void undo(before)}>
          Undo
        </button>
      )}
    </div>
  );
}

function RuleRow({
  rule: { name, text, rule },
  isMeant,
  operates,
  edit,
  remove,
}: {
  rule: NamedRule;
  isMeant: boolean;
  operates: boolean;
  edit: () => void;
  remove: () => Promise<void>;
}) {
  const [asking, setAsking] = useState(false);
  const { view } = useTelemetry();
  const firing = [...(view?.alarms.values() ?? [])].filter((alarm) => alarm.rule === name && alarm.active);
  return (
    <li className={`rule-row alarm-${rule.severity}`} aria-current={isMeant ? 'true' : undefined}>
      <h3>
        {name} <span className="severity">{severityWords[rule.severity]}</span>
      </h3>
      <p>{ruleMeaning(rule)}</p>
      <p>
        <code className="rule-text">{text}</code>
      </p>
      {firing.length > 0 && (
        <p className="hint">
          Fires now at{' '}
          {firing.slice(0, 5).map((alarm, at) => (
            <span key={alarm.id}>
              {at > 0 && ', '}
              <a href={monitorHash({ page: 'alarm', alarm: alarm.id })}>{alarm.edge}</a>
            </span>
          ))}
          {firing.length > 5 && ` and ${firing.length - 5} more`}
        </p>
      )}
      {asking ? (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset would be drawn as a part of a form
        <div className="question" role="group" aria-label={`Remove ${name}?`}>
          <p>
            <strong>Remove {name}?</strong> Alarms that it opened end; nothing opens them again.
          </p>
          <div className="actions">
            <button type="button" className="button small danger" onClick={() => void remove()}>
              Remove
            </button>
            <button type="button" className="button small" onClick={() => setAsking(false)}>
              Keep
            </button>
          </div>
        </div>
      ) : (
        <div className="actions">
          <button
            type="button"
            className="button small"
            aria-label={`${operates ? 'Change' : 'Try'} ${name}`}
            onClick={edit}
          >
            {operates ? 'Change' : 'Try'}
          </button>
          {operates && (
            <button
              type="button"
              className="button small"
              aria-label={`Remove ${name}…`}
              onClick={() => setAsking(true)}
            >
              Remove…
            </button>
          )}
        </div>
      )}
    </li>
  );
}

function useNamedRules() {
  const { client } = useMonitor();
  const { kind } = useTelemetry();
  const [rules, setRules] = useState<readonly NamedRule[]>();
  const [problem, setProblem] = useState<string>();
  const read = useCallback(async () => {
    try {
      setRules(await client.rules());
      setProblem(undefined);
    } catch (thrown) {
      setProblem(BothyError.from(thrown).message);
    }
  }, [client]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: with a new connection it is asked anew
  useEffect(() => void read(), [read, kind === 'away']);
  return { rules, problem, read };
}
