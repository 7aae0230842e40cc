/** The room that is open, for what stands deep in it. */
import type { RoomId } from '@bothy/wire';
import { createContext } from 'react';

export const RoomIdContext = createContext<RoomId>('');
