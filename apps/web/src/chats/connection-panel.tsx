import type { Contact } from '@bothy/peer/core';
import { bestLink, type LinkView, type PeerState } from '@bothy/peer/views';
import type { PersonId } from '@bothy/wire';
import { useSession } from '../app/session-context.ts';
import { useClock } from '../app/use-clock.ts';
import { timeLabel } from '../timeline/day-groups.ts';
import { readerFormat } from '../timeline/reader-format.ts';
import { clockHint, clockWords, roundTripWords } from './clock-words.ts';
import { lastingWords, linkSteps, type StepState } from './link-stages.ts';

interface ConnectionPanelProps {
  readonly contact: Contact;
  readonly person: PersonId;
  readonly state: PeerState;
}

/** How far the link to each device of a contact has come, what failed, and what was refused. */
export function ConnectionPanel({ contact, person, state }: ConnectionPanelProps) {
  const { run } = useSession();
  const links = [...(state.links.get(person)?.values() ?? [])];
  const best = bestLink(state, person)?.state;
  const refused = [...state.refused];
  return (
    <section className="connection" aria-label="Connection">
      <h3>Connection</h3>
      {links.length === 0 ? (
        <Steps link={undefined} />
      ) : (
        links.map((link) => (
          <DeviceLink key={link.device} link={link} contactName={contact.name} alone={links.length === 1} />
        ))
      )}
      {(best === 'failed' || best === 'retrying') && (
        <button type="button" className="button small" onClick={() => run({ kind: 'connect', person })}>
          Try again now
        </button>
      )}
      <h3>Refused since the start</h3>
      {refused.length === 0 ? (
        <p className="hint">Nothing. All that arrived was well formed and signed.</p>
      ) : (
        <ul className="refusals">
          {refused.map(([code, { count, message }]) => (
            <li key={code}>
              <strong>{count} ×</strong> {message} <code className="hint">{code}</code>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function DeviceLink({ link, contactName, alone }: { link: LinkView; contactName: string; alone: boolean }) {
  const nowMs = useClock(10_000);
  const device = link.device.split('/').at(-1) ?? link.device;
  return (
    <div className="device-link">
      {!alone && (
        <h4>
          {contactName}’s device <code>{device.slice(0, 4)}</code>
        </h4>
      )}
      <Steps link={link} />
      <p className="hint">
        Since {timeLabel(link.sinceMs, readerFormat)}, for {lastingWords(nowMs - link.sinceMs)}.{' '}
        {roundTripWords(link.clock)}
      </p>
      <ClockNotice clock={link.clock} />
    </div>
  );
}

function ClockNotice({ clock }: { clock: LinkView['clock'] }) {
  const words = clockWords(clock);
  if (words === undefined) return null;
  const hint = clockHint(clock);
  return (
    <>
      <p>{words}</p>
      {hint !== undefined && <p className="hint">{hint}</p>}
    </>
  );
}

const marks: Readonly<Record<StepState, { readonly sign: string; readonly words: string }>> = {
  done: { sign: '✓', words: 'done' },
  now: { sign: '…', words: 'waiting' },
  failed: { sign: '✕', words: 'failed' },
  ahead: { sign: '', words: 'not yet' },
};

function Steps({ link }: { link: LinkView | undefined }) {
  return (
    <ol className="link-steps">
      {linkSteps(link).map(({ stage, text, state, hint }) => (
        <li key={stage} className={`link-step step-${state}`} data-stage={stage} data-state={state}>
          <span className="step-mark" aria-hidden="true">
            {marks[state].sign}
          </span>
          <span>
            {text}
            <span className="visually-hidden">: {marks[state].words}</span>
            {hint !== undefined && <span className="hint"> {hint}</span>}
          </span>
        </li>
      ))}
    </ol>
  );
}
