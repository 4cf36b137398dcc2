import { isDeepStrictEqual } from 'node:util';
import type { StaticIndexDefinition } from './index-definition.ts';

/** Members by which definitions differ. What else clients send, as the type of the index, follows from these. */
const TELLING = [
  'Maps',
  'Reduce',
  'Fields',
  'AdditionalSources',
  'AdditionalAssemblies',
  'CompoundFields',
  'Configuration',
  'LockMode',
  'Priority',
  'State',
  'DeploymentMode',
  'OutputReduceToCollection',
  'PatternForOutputReduceToCollectionReferences',
  'PatternReferencesCollectionName',
] as const;

/** Whether two definitions of one name say the same, however they say it. */
export function isSameDefinition(one: StaticIndexDefinition, other: StaticIndexDefinition): boolean {
  return TELLING.every((member) => isDeepStrictEqual(said(one[member]), said(other[member])));
}

/** Without what says nothing: null, and empty lists and objects. */
function said(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(said);
  if (typeof value !== 'object') return value;
  const members = Object.entries(value ?? {})
    .map(([name, one]) => [name, said(one)] as const)
    .filter(([, one]) => one !== undefined);
  return members.length === 0 ? undefined : Object.fromEntries(members);
}
