import type { NextIdentities, SeedIdentity } from '../cluster-command.ts';
import type { ApplyContext } from './apply-context.ts';
import { identitiesOf, identityKey, identityName } from './state-keys.ts';
import type { StateReader } from './state-transaction.ts';
import { requireRecord } from './stored-record.ts';

/** An identity: a number that only grows, by name. The first spelling of the name is kept. */
interface Identity {
  readonly name: string;
  readonly value: number;
}

function read(state: StateReader, database: string, name: string): Identity {
  const known = state.get(identityKey(database, name)) as Identity | undefined;
  return known ?? { name, value: 0 };
}

export function nextIdentities(
  context: ApplyContext,
  { database, names }: NextIdentities,
): readonly number[] {
  requireRecord(context.state, database);
  return names.map((given) => {
    const name = identityName(given);
    const identity = read(context.state, database, name);
    const value = identity.value + 1;
    context.state.put(identityKey(database, name), { ...identity, value });
    return value;
  });
}

export function seedIdentity(context: ApplyContext, command: SeedIdentity): number {
  requireRecord(context.state, command.database);
  const name = identityName(command.name);
  const identity = read(context.state, command.database, name);
  const value = command.force ? command.value : Math.max(identity.value, command.value);
  context.state.put(identityKey(command.database, name), { ...identity, value });
  return value;
}

/** Name with `|` → value. */
export function identitiesIn(state: StateReader, database: string): Record<string, number> {
  const identities = state.list(identitiesOf(database)).map(([, value]) => value as Identity);
  return Object.fromEntries(identities.map(({ name, value }) => [name, value]));
}
