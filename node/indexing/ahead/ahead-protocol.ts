import type { AheadRequest } from './changes-reader.ts';
import type { PackedChanges } from './packed-changes.ts';

/** Messages between the index thread and the one that reads ahead for it. Streams have numbers of the index thread's. */
export type AheadCall =
  | {
      readonly kind: 'open';
      readonly database: number;
      readonly handle: bigint;
      readonly columns: readonly string[];
    }
  /** Changes are wanted from there on, so many rounds of them. */
  | {
      readonly kind: 'follow';
      readonly database: number;
      readonly stream: number;
      readonly from: AheadRequest;
      readonly rounds: number;
    }
  /** So many more. */
  | { readonly kind: 'more'; readonly stream: number; readonly rounds: number }
  | { readonly kind: 'leave'; readonly stream: number }
  | { readonly kind: 'close'; readonly database: number }
  | { readonly kind: 'stop' };

export type AheadReply =
  /** Null: they could not be read, and no more will come. */
  | { readonly kind: 'round'; readonly stream: number; readonly changes: PackedChanges | null }
  | { readonly kind: 'closed'; readonly database: number };
