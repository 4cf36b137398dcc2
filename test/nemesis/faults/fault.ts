import type { Field } from './field.ts';

export interface Injected {
  /** What was done to whom, for the history. */
  readonly what: unknown;
  /** Makes all as it was before, or as good. Throws when that does not work in time: then the cluster has not recovered. */
  readonly heal: () => Promise<void>;
}

export interface Fault {
  /** null where it can't be done now: nobody is free, or the machine does not allow it. */
  readonly inject: (field: Field) => Promise<Injected | null>;
  /** Whether it asks the cluster to change: of these only one at a time, and healed after the others. */
  readonly isAdministrative: boolean;
  /** Whether it destroys what only one disk has: plain writes do not survive that. */
  readonly losesDisks: boolean;
}
