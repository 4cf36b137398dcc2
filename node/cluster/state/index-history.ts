import type { DatabaseRecord } from '../database-record.ts';
import { INDEX_HISTORY_CHARACTERS_MAX, INDEX_HISTORY_MAX } from '../limits.ts';
import { type ApplyContext, timestampOf } from './apply-context.ts';

/** A definition that an index had, or has. */
export interface FormerDefinition {
  readonly Definition: Readonly<Record<string, unknown>>;
  /** When it was put, in .NET's form. */
  readonly CreatedAt: string;
  /** Tag of the node that it was put through. */
  readonly Source: string | null;
  /** Part of the protocol's shape. */
  readonly RollingDeployment: Readonly<Record<string, never>>;
}

/** By name of the index; the newest first. */
export type IndexesHistory = Readonly<Record<string, readonly FormerDefinition[]>>;

export function indexesHistory(record: DatabaseRecord): IndexesHistory {
  return (record.IndexesHistory ?? {}) as IndexesHistory;
}

/** A definition that is put in the place of another, or of none. */
export interface PutDefinition {
  readonly definition: Readonly<Record<string, unknown>> & { readonly Name: string };
  readonly isNew: boolean;
}

/** The history with definitions that were put; that of an index that was not there begins with it. */
export function historyAfter(
  history: IndexesHistory,
  put: readonly PutDefinition[],
  source: string | null,
  { timeMs }: Pick<ApplyContext, 'timeMs'>,
): IndexesHistory {
  let after = history;
  for (const { definition, isNew } of put) {
    const former = isNew ? [] : (historyOf(after, definition.Name) ?? []);
    const newest: FormerDefinition = {
      Definition: definition,
      CreatedAt: timestampOf(timeMs),
      Source: source,
      RollingDeployment: {},
    };
    after = {
      ...historyWithout(after, [definition.Name]),
      [definition.Name]: kept([newest, ...former]),
    };
  }
  return after;
}

/** Undefined: there is none of that name, whatever its case. */
export function historyOf(history: IndexesHistory, name: string): readonly FormerDefinition[] | undefined {
  return Object.entries(history).find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];
}

export function historyWithout(history: IndexesHistory, names: readonly string[]): IndexesHistory {
  const gone = new Set(names.map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(history).filter(([name]) => !gone.has(name.toLowerCase())));
}

/** As many of the newest as may be kept. */
function kept(definitions: readonly FormerDefinition[]): readonly FormerDefinition[] {
  let characters = 0;
  return definitions.slice(0, INDEX_HISTORY_MAX).filter((one) => {
    characters += JSON.stringify(one).length;
    return characters <= INDEX_HISTORY_CHARACTERS_MAX;
  });
}
