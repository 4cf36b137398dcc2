import type { StaticIndexDefinition } from '../definitions/index-definition.ts';

/** What an index makes of fields that a map leaves out. */
export interface EntryRules {
  /** What C# gives without any field is an entry all the same; in JavaScript it always is. */
  readonly keepsEmpty: boolean;
  /** A field that the maps name and a document does not have is null. */
  readonly missingIsNull: boolean;
}

/** As the configuration of the index says; neither where it does not. */
export function entryRulesOf({ Configuration }: Pick<StaticIndexDefinition, 'Configuration'>): EntryRules {
  const given = new Map(
    Object.entries(Configuration).map(([key, value]) => [key.toLowerCase(), value.trim().toLowerCase()]),
  );
  const missingIsNull = given.get('indexing.indexmissingfieldsasnull') === 'true';
  return {
    missingIsNull,
    // With nulls in its place it is not empty.
    keepsEmpty: missingIsNull || given.get('indexing.indexemptyentries') === 'true',
  };
}
