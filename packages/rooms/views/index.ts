export { clockNote } from './clock-note.ts';
export { type DeletionProgress, type DeletionStep, deletionProgress } from './deletion-progress.ts';
export { type DirectoryStanding, type DirectoryWords, directoryWords } from './directory-words.ts';
export { type MemberSection, memberSections, membersAfter, membersWithPresence } from './members.ts';
export { permissionsIn, type RoomPermissions, type Viewer } from './permissions.ts';
export { type RoomList, type RoomListInput, type RoomListItem, roomList } from './room-list.ts';
export {
  connectionWords,
  happeningWords,
  presenceWords,
  roleWords,
  type StateWords,
  stateWords,
} from './room-words.ts';
export {
  applyRoomsNotice,
  emptyRoomsState,
  type RoomsState,
  type RoomView,
  typingNames,
  withHistory,
} from './rooms-state.ts';
export { defaultMaxEntries, type Reaction, type RoomMessage, Timeline } from './timeline.ts';
export { type Happening, type RowOptions, type TimelineRow, timelineRows } from './timeline-rows.ts';
