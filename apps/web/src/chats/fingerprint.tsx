import type { PersonId } from '@bothy/wire';

/** A person's id in groups that can be read aloud and compared. Nothing while it is not known. */
export function Fingerprint({
  person,
  whose = 'their',
}: {
  person: PersonId | null;
  whose?: 'their' | 'your';
}) {
  if (person === null) return null;
  return (
    <p className="fingerprint">
      <span className="hint">Fingerprint of {whose} key</span>
      <code>{person.match(/.{1,4}/g)?.join(' ')}</code>
    </p>
  );
}
