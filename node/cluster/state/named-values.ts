import type { ClusterCommand } from '../cluster-command.ts';
import { findSpace } from './spaces.ts';
import { valueKey } from './state-keys.ts';
import type { StateReader } from './state-transaction.ts';

/** The stored keys that a command is about to read, as far as the state before it tells. */
export function namedValues(state: StateReader, command: ClusterCommand): readonly string[] {
  if (command.type !== 'PutCompareExchange' && command.type !== 'DeleteCompareExchange') return NONE;
  const space = findSpace(state, command.database);
  return space === undefined ? NONE : [valueKey(space.id, command.key)];
}

const NONE: readonly string[] = [];
