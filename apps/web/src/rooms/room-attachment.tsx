import { type Attachment, BothyError } from '@bothy/wire';
import { useContext, useEffect, useState } from 'react';
import { Icon } from '../shell/icons.tsx';
import { readFile, sizeWords } from './room-files.ts';
import { RoomIdContext } from './room-id-context.ts';
import { useRooms } from './rooms-context.ts';

/** Shown in place: those that cannot hold a program. */
const pictures = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

type Picture = { readonly url: string } | { readonly problem: string } | undefined;

/** A file of a message: a picture is shown, everything else can be saved. */
export function RoomAttachment({ attachment }: { attachment: Attachment }) {
  return pictures.has(attachment.type) ? (
    <PictureAttachment attachment={attachment} />
  ) : (
    <FileAttachment attachment={attachment} />
  );
}

function PictureAttachment({ attachment }: { attachment: Attachment }) {
  const { files } = useRooms();
  const room = useContext(RoomIdContext);
  const [picture, setPicture] = useState<Picture>();
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new try is a reason to read again
  useEffect(() => {
    let url: string | undefined;
    let shown = true;
    readFile(room, attachment, files).then(
      (blob) => {
        if (!shown) return;
        url = URL.createObjectURL(blob);
        setPicture({ url });
      },
      (thrown: unknown) => shown && setPicture({ problem: BothyError.from(thrown).message }),
    );
    return () => {
      shown = false;
      if (url !== undefined) URL.revokeObjectURL(url);
    };
  }, [room, attachment.file, attachment.node, files, tries]);

  if (picture !== undefined && 'problem' in picture) {
    return (
      <div className="attachment attachment-missing">
        <p>
          {attachment.name} is kept by {attachment.node}: {picture.problem}
        </p>
        <button type="button" className="button small" onClick={() => setTries(tries + 1)}>
          Try again
        </button>
      </div>
    );
  }
  if (picture === undefined) {
    return (
      <div
        className="attachment attachment-picture"
        role="img"
        aria-label={`${attachment.name} is loading`}
      />
    );
  }
  return (
    <a
      className="attachment-link"
      href={picture.url}
      target="_blank"
      rel="noreferrer"
      download={attachment.name}
    >
      <img className="attachment attachment-picture" src={picture.url} alt={attachment.name} />
    </a>
  );
}

function FileAttachment({ attachment }: { attachment: Attachment }) {
  const { files } = useRooms();
  const room = useContext(RoomIdContext);
  const [state, setState] = useState<'idle' | 'reading' | { readonly problem: string }>('idle');

  async function save(): Promise<void> {
    setState('reading');
    try {
      const url = URL.createObjectURL(await readFile(room, attachment, files));
      const link = document.createElement('a');
      link.href = url;
      link.download = attachment.name;
      link.click();
      // The browser has taken it over by then.
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      setState('idle');
    } catch (thrown) {
      setState({ problem: BothyError.from(thrown).message });
    }
  }

  return (
    <div className="attachment attachment-file">
      <Icon name="file" />
      <span className="attachment-name">
        {attachment.name}
        <span className="hint"> {sizeWords(attachment.sizeBytes)}</span>
      </span>
      <button
        type="button"
        className="button small"
        aria-label={`Save ${attachment.name}`}
        aria-busy={state === 'reading'}
        onClick={save}
      >
        {state === 'reading' ? 'Fetching…' : 'Save'}
      </button>
      {typeof state === 'object' && <p className="hint problem">{state.problem}</p>}
    </div>
  );
}
