/** What a node keeps of who is home of which edge. */
import type { EdgeHome, EdgeId } from '@bothy/wire';

export interface HomeRecord extends EdgeHome {
  /** The directory of the cluster said so. */
  readonly agreed?: true;
  /** An operator took the edge out, and the directory has not answered that yet: it is nobody's home. */
  readonly forgotten?: true;
}

export type HomeWrite =
  /** Key: `home.edge`. */
  | { readonly kind: 'putHome'; readonly home: HomeRecord }
  | { readonly kind: 'deleteHome'; readonly edge: EdgeId };

export interface HomeSnapshot {
  readonly homes: readonly HomeRecord[];
}
