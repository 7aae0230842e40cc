import { type AlarmStanding, shelvingTimes } from '@bothy/telemetry/views';
import { type Alarm, type AlarmCommand, alarmLimits, BothyError } from '@bothy/wire';
import { useState } from 'react';
import { useMonitor } from './monitor-context.ts';

/** What a person can do about an alarm. Shelving can be taken back; acknowledging cannot, which is said before. */
export function AlarmActions({ alarm, standing }: { alarm: Alarm; standing: AlarmStanding }) {
  const { client, session } = useMonitor();
  const [note, setNote] = useState('');
  const [shelfMs, setShelfMs] = useState<number>(shelvingTimes[1].ms);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ readonly text: string; readonly isProblem: boolean }>();
  const words = note.trim();

  async function give(command: AlarmCommand, done: string): Promise<void> {
    setBusy(true);
    try {
      session.learn(await client.commandAlarm(alarm.id, command));
      setNote('');
      setSaid({ text: done, isProblem: false });
    } catch (thrown) {
      setSaid({ text: BothyError.from(thrown).message, isProblem: true });
    }
    setBusy(false);
  }
  const withNote = words === '' ? {} : { note: words };

  return (
    <section className="alarm-actions" aria-label="What you can do">
      <label className="field">
        Note
        <textarea
          rows={2}
          value={note}
          maxLength={alarmLimits.noteChars}
          placeholder="What you found, or who is on the way. May be left empty."
          onChange={(event) => setNote(event.target.value)}
        />
      </label>
      <div className="actions">
        {!alarm.acknowledged && (
          <button
            type="button"
            className="button primary"
            disabled={busy}
            onClick={() =>
              void give({ name: 'acknowledge', ...withNote }, 'Acknowledged. Others see that you know of it.')
            }
          >
            Acknowledge
          </button>
        )}
        {standing === 'shelved' ? (
          <button
            type="button"
            className="button"
            disabled={busy}
            onClick={() => void give({ name: 'unshelve' }, 'It may speak again.')}
          >
            Take from the shelf
          </button>
        ) : (
          standing !== 'closed' && (
            <span className="shelve">
              <button
                type="button"
                className="button"
                disabled={busy}
                onClick={() =>
                  void give({ name: 'shelve', forMs: shelfMs, ...withNote }, shelvedWords(shelfMs))
                }
              >
                Shelve for
              </button>
              <select
                className="select"
                aria-label="How long to shelve it"
                value={shelfMs}
                disabled={busy}
                onChange={(event) => setShelfMs(Number(event.target.value))}
              >
                {shelvingTimes.map(({ ms, words: each }) => (
                  <option key={ms} value={ms}>
                    {each}
                  </option>
                ))}
              </select>
            </span>
          )
        )}
        {words !== '' && (
          <button
            type="button"
            className="button"
            disabled={busy}
            onClick={() => void give({ name: 'note', text: words }, 'The note is kept.')}
          >
            Keep the note
          </button>
        )}
      </div>
      {!alarm.acknowledged && (
        <p className="hint">
          To acknowledge says that you look after it, by your name; it cannot be taken back. When the alarm
          begins anew, it asks anew.
        </p>
      )}
      {said !== undefined && (
        <p className={said.isProblem ? 'notice bad' : 'hint'} role={said.isProblem ? 'alert' : 'status'}>
          {said.text}
        </p>
      )}
    </section>
  );
}

function shelvedWords(forMs: number): string {
  const time = shelvingTimes.find(({ ms }) => ms === forMs);
  return `Shelved for ${time?.words ?? 'a while'}: it speaks nowhere until then. You can take it back.`;
}
