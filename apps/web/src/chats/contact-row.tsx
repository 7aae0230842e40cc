import type { Contact } from '@bothy/peer/core';
import { memo, useId } from 'react';
import { routeHash } from '../routing/route.ts';
import { Avatar } from '../timeline/avatar.tsx';
import { shortMoment } from '../timeline/day-groups.ts';
import { readerFormat } from '../timeline/reader-format.ts';
import { RequestActions } from './request-actions.tsx';

export interface LastLine {
  readonly text: string;
  readonly mine: boolean;
  readonly atMs: number;
}

export interface ContactRowProps {
  readonly contact: Contact;
  readonly open: boolean;
  readonly online: boolean;
  readonly unread: number;
  readonly last: LastLine | undefined;
  readonly nowMs: number;
  readonly typing: boolean;
  /** Somebody with another key goes by this name. */
  readonly warned: boolean;
}

/** One line of the list: a link named by the contact, described by everything else. */
export const ContactRow = memo(function ContactRow(props: ContactRowProps) {
  const { contact, open, online, unread, last, nowMs, typing, warned } = props;
  const nameId = useId();
  const aboutId = useId();
  const accepted = contact.state === 'accepted';
  return (
    <li className={unread > 0 ? 'contact-row contact-unread' : 'contact-row'}>
      <a
        className="contact-link"
        href={routeHash('chats', contact.id)}
        aria-current={open ? 'page' : undefined}
        aria-labelledby={nameId}
        aria-describedby={aboutId}
      >
        <Avatar name={contact.name} online={accepted ? online : undefined} />
        <span className="contact-name" id={nameId}>
          {contact.name}
        </span>
        {last !== undefined && (
          <span className="contact-time">{shortMoment(last.atMs, nowMs, readerFormat)}</span>
        )}
        <span className="contact-about" id={aboutId}>
          {accepted && <span className="visually-hidden">{online ? 'Online. ' : 'Away. '}</span>}
          <span className="contact-line">
            {typing ? 'Writing…' : warned ? 'Another key goes by this name' : aboutLine(contact, last)}
          </span>
          {unread > 0 && (
            <span className="badge">
              {unread > 99 ? '99+' : unread}
              <span className="visually-hidden"> unread</span>
            </span>
          )}
        </span>
      </a>
      {contact.state === 'asking' && !open && <RequestActions contact={contact} />}
    </li>
  );
});

function aboutLine(contact: Contact, last: LastLine | undefined): string {
  switch (contact.state) {
    case 'asking':
      return 'Would like to talk with you';
    case 'asked':
      return `Waiting for ${contact.name}’s answer`;
    case 'declined':
      return 'Did not accept your request';
    case 'refused':
      return 'You declined the request';
    case 'accepted':
      if (last === undefined) return 'You can talk now';
      return last.mine ? `You: ${last.text}` : last.text;
  }
}
