import { safetyNumber } from '@bothy/peer/views';
import type { PersonId } from '@bothy/wire';

/** The number that two people see alike when nobody stands between them. */
export function SafetyNumber({ me, person, name }: { me: PersonId; person: PersonId; name: string }) {
  return (
    <section className="fingerprint" aria-label="Safety number">
      <h3>Safety number</h3>
      <code className="safety-number">{safetyNumber(me, person)}</code>
      <p className="hint">
        Read it to {name} in person or on the phone. When theirs is the same, nobody stands between you.
      </p>
    </section>
  );
}
