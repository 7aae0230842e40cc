import type { PeerState } from '@bothy/peer/views';
import { useState } from 'react';
import { Icon } from '../shell/icons.tsx';

/** Says that this browser is another device from now on, until that was read. */
export function RenewedDevice({ isRenewed }: Pick<PeerState, 'isRenewed'>) {
  const [isRead, setRead] = useState(false);
  if (!isRenewed || isRead) return null;
  return (
    <div className="trouble" role="alert">
      <p>
        This browser’s profile was put back to an older copy, or a copy of it is in use. It goes on as a new
        device: your contacts see the same person, and nothing needs to be done.
      </p>
      <button type="button" className="button icon-only" aria-label="Dismiss" onClick={() => setRead(true)}>
        <Icon name="close" />
      </button>
    </div>
  );
}
