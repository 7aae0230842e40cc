import type { Contact } from '@bothy/peer/core';
import { bestLink, type LinkView, type PeerState } from '@bothy/peer/views';
import type { PersonId } from '@bothy/wire';
import { useEffect, useRef, useState } from 'react';
import { useSession } from '../app/session-context.ts';
import { useLasting } from '../app/use-clock.ts';
import { routeHash } from '../routing/route.ts';
import { Icon } from '../shell/icons.tsx';
import { nodeMissedAfterMs } from '../shell/node-words.ts';
import { Avatar } from '../timeline/avatar.tsx';
import { briefClockWords } from './clock-words.ts';
import { ContactDetails } from './contact-details.tsx';
import { linkWords, retryWords } from './link-words.ts';

interface ConversationHeadProps {
  readonly contact: Contact;
  readonly person: PersonId;
  readonly state: PeerState;
}

/** With whom one talks, and how messages travel now. */
export function ConversationHead({ contact, person, state }: ConversationHeadProps) {
  const details = useRef<HTMLDialogElement>(null);
  const online = state.online.has(person);
  return (
    <header className="conversation-head">
      <BackLink />
      <Avatar name={contact.name} online={online} />
      <div className="conversation-title">
        <h2>{contact.name}</h2>
        <LinkLine contact={contact} person={person} state={state} />
      </div>
      <button
        type="button"
        className="button icon-only"
        aria-label={`About ${contact.name}`}
        onClick={() => details.current?.showModal()}
      >
        <Icon name="info" />
      </button>
      <ContactDetails ref={details} contact={contact} person={person} state={state} />
    </header>
  );
}

function LinkLine({ contact, person, state }: ConversationHeadProps) {
  const { run } = useSession();
  const link = bestLink(state, person);
  const nodeMissed = useLasting(state.signalling === 'down', nodeMissedAfterMs);
  const words = linkWords({
    contactName: contact.name,
    online: state.online.has(person),
    signalling: state.signalling,
    nodeMissed,
    link,
  });
  const clock = briefClockWords(link?.clock);
  return (
    <div className="link-line">
      <p role="status" className={`tone-${words.tone}`}>
        <span className="tone-dot" aria-hidden="true" />
        {words.text}
      </p>
      {words.retryInMs !== undefined && <Countdown link={link} retryInMs={words.retryInMs} />}
      {clock !== undefined && <span className="hint">{clock}</span>}
      {words.canTry && (
        <button type="button" className="button small" onClick={() => run({ kind: 'connect', person })}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Counts down beside the status, not in it: nobody wants every second read out. */
function Countdown({ link, retryInMs }: { link: LinkView | undefined; retryInMs: number }) {
  const [remainingMs, setRemainingMs] = useState(retryInMs);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new link view is a new wait, even of the same length
  useEffect(() => {
    const until = performance.now() + retryInMs;
    setRemainingMs(retryInMs);
    const timer = setInterval(() => setRemainingMs(until - performance.now()), 250);
    return () => clearInterval(timer);
  }, [link, retryInMs]);
  return <span className="hint">{retryWords(remainingMs)}</span>;
}

/** To the list; seen only where list and content do not fit side by side. */
export function BackLink() {
  return (
    <a className="button icon-only back-link" href={routeHash('chats')} aria-label="Back to chats">
      <Icon name="back" />
    </a>
  );
}
