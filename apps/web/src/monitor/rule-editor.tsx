import { checkRuleText, type RuleCheck } from '@bothy/telemetry/views';
import { ruleLimits } from '@bothy/wire';
import { useId, useMemo, useState } from 'react';
import { RuleBacktest } from './rule-backtest.tsx';

interface RuleEditorProps {
  readonly initial: string;
  /** Names of the other rules. */
  readonly taken: readonly string[];
  /** Undefined for who may only try it. */
  readonly save: ((text: string) => Promise<void>) | undefined;
  readonly cancel: () => void;
}

const examples = [
  'temperature > 30 for 2m clear below 28',
  'humidity rises by 10 within 15m',
  '* stale after 10m',
  'temperature anomalous by stuck,jump',
] as const;

/** A rule as text, read while it is typed by the parser that edge and node use. */
export function RuleEditor({ initial, taken, save, cancel }: RuleEditorProps) {
  const [text, setText] = useState(initial);
  const check = useMemo(() => checkRuleText(text), [text]);
  const [fieldId, helpId] = [useId(), useId()];
  const isTaken = check.kind === 'right' && taken.includes(check.rule.name);
  const maySave = check.kind === 'right' && !isTaken && check.formatted !== initial;
  return (
    <form
      className="rule-editor"
      aria-label="Rule"
      onSubmit={(event) => {
        event.preventDefault();
        if (save !== undefined && maySave) void save(check.formatted);
      }}
    >
      <label className="field" htmlFor={fieldId}>
        Rule
      </label>
      <textarea
        id={fieldId}
        className="rule-field"
        rows={2}
        spellCheck={false}
        autoCapitalize="off"
        maxLength={ruleLimits.textChars}
        value={text}
        placeholder="name danger: temperature > 30 for 2m clear below 28"
        aria-invalid={check.kind === 'wrong'}
        aria-describedby={helpId}
        onChange={(event) => setText(event.target.value)}
      />
      <div id={helpId} className="rule-check" aria-live="polite">
        <CheckWords check={check} text={text} />
        {isTaken && (
          <p className="hint problem">
            There is a rule {check.rule.name} already. Give this one another name.
          </p>
        )}
      </div>
      {check.kind === 'empty' && (
        <p className="rule-examples hint">
          For example:{' '}
          {examples.map((each) => (
            <button key={each} type="button" className="link-button" onClick={() => setText(each)}>
              {each}
            </button>
          ))}
        </p>
      )}
      {check.kind === 'right' && <RuleBacktest text={check.formatted} rule={check.rule} />}
      <div className="actions">
        {save !== undefined && (
          <button type="submit" className="button primary" aria-disabled={!maySave}>
            Save
          </button>
        )}
        <button type="button" className="button" onClick={cancel}>
          {save === undefined ? 'Close' : 'Cancel'}
        </button>
        {save === undefined && <span className="hint">Rules are kept by an operator of the node.</span>}
      </div>
    </form>
  );
}

function CheckWords({ check, text }: { check: RuleCheck; text: string }) {
  if (check.kind === 'empty') return null;
  if (check.kind === 'right') {
    return (
      <p>
        <span className="tone-good">
          <span className="tone-dot" aria-hidden="true" />
        </span>
        {check.meaning}{' '}
        <span className="hint">
          It is called {check.rule.name} and is of severity {check.rule.severity}.
        </span>
      </p>
    );
  }
  const line = text.split('\n')[check.line - 1] ?? '';
  const length = Math.max(1, Math.min(check.length, line.length - check.column + 1));
  return (
    <>
      <p className="hint problem">
        {check.line > 1 ? `Line ${check.line}, column ${check.column}` : `Column ${check.column}`}:{' '}
        {check.sentence}
      </p>
      <pre className="rule-place" aria-hidden="true">
        {line}
        {'\n'}
        {' '.repeat(check.column - 1)}
        <mark>{'^'.repeat(length)}</mark>
      </pre>
    </>
  );
}
