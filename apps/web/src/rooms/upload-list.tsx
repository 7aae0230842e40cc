import { Icon } from '../shell/icons.tsx';
import { fileProblem, sizeWords } from './room-files.ts';
import type { Uploads } from './use-uploads.ts';

/** What goes with the next message, and how far it is. */
export function UploadList({ uploads }: { uploads: Uploads }) {
  if (uploads.list.length === 0) return null;
  return (
    <ul className="uploads" aria-label="Files to send">
      {uploads.list.map(({ key, file, share, attachment, problem }) => (
        <li key={key} className="upload">
          <Icon name="file" sizePx={16} />
          <span className="attachment-name">
            {file.name} <span className="hint">{sizeWords(file.size)}</span>
          </span>
          {problem === undefined && attachment === undefined && (
            <progress value={share} max={1} aria-label={`Sending ${file.name}`} />
          )}
          {attachment !== undefined && <span className="hint">ready</span>}
          {problem !== undefined && (
            <span className="hint problem" role="alert">
              {problem}
            </span>
          )}
          {problem !== undefined && fileProblem(file) === undefined && (
            <button type="button" className="button small" onClick={() => uploads.again(key)}>
              Try again
            </button>
          )}
          <button
            type="button"
            className="button icon-only"
            aria-label={attachment === undefined ? `Cancel ${file.name}` : `Remove ${file.name}`}
            onClick={() => uploads.remove(key)}
          >
            <Icon name="close" sizePx={16} />
          </button>
        </li>
      ))}
    </ul>
  );
}
