/** What a node keeps of who is home of which edge. */
import type { EdgeHome, EdgeId } from '@bothy/wire';

export type HomeWrite =
  /** Key: `home.edge`. */
  | { readonly kind: 'putHome'; readonly home: EdgeHome }
  | { readonly kind: 'deleteHome'; readonly edge: EdgeId };

export interface HomeSnapshot {
  readonly homes: readonly EdgeHome[];
}
