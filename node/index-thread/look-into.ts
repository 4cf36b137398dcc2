import type { IndexedDocuments } from '../indexing/local/indexed-documents.ts';
import type { LocalIndexes } from '../indexing/local/local-indexes.ts';
import { entryFields, sourceIds } from './debug-index.ts';
import { describeIndexes, describeTimes, termsOf } from './describe-index.ts';
import { groupTrees } from './group-trees.ts';
import type { IndexActivity } from './index-activity.ts';
import type { IndexCall } from './thread-protocol.ts';

/** Calls that look into the indexes of a database, and change nothing. */
export type LookCall = Extract<
  IndexCall,
  { kind: 'statistics' | 'replaced' | 'terms' | 'entryFields' | 'sourceIds' | 'groupTrees' | 'times' }
>;

export interface LookedInto {
  readonly indexes: LocalIndexes;
  readonly documents: IndexedDocuments;
  readonly activity: IndexActivity;
}

export function lookInto(call: LookCall, { indexes, documents, activity }: LookedInto): unknown {
  switch (call.kind) {
    case 'statistics':
      return describeIndexes(indexes, documents, (index) =>
        activity.settingsOf(index, indexes.isReplaced(index)),
      );
    case 'replaced':
      return indexes.replacements.flatMap(({ spec }) => indexes.find(spec.name)?.spec.definition ?? []);
    case 'terms': {
      const index = indexes.find(call.index);
      return index === undefined ? null : termsOf(index, call.field, call.after, call.count);
    }
    case 'entryFields': {
      const index = indexes.find(call.index);
      return index === undefined ? null : entryFields(index);
    }
    case 'sourceIds': {
      const index = indexes.find(call.index);
      return index === undefined ? null : sourceIds(index, documents, call.page);
    }
    case 'groupTrees': {
      const index = indexes.find(call.index);
      return index === undefined ? null : groupTrees(index, documents, call.lowerIds);
    }
    case 'times':
      return describeTimes(indexes);
  }
}
