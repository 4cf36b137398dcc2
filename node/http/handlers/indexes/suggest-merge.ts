import { type MergeSuggestion, suggestMerges } from '../../../indexing/merging/suggest-merges.ts';
import { json } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { staticShape } from './index-shapes.ts';

const suggest: DatabaseHandler = (_request, { loaded }) => {
  const { unmergeable, suggestions, errors } = suggestMerges(loaded.indexes.staticIndexes);
  return json(200, {
    Unmergables: Object.fromEntries(unmergeable),
    Suggestions: suggestions.map(suggestionShape),
    Errors: errors.map(({ index, message }) => ({ IndexName: index, Message: message, StackTrace: null })),
  });
};

function suggestionShape(suggestion: MergeSuggestion) {
  const { collection, indexes } = suggestion;
  if (suggestion.kind === 'delete') {
    return {
      CanMerge: [],
      CanDelete: indexes,
      MergedIndex: null,
      Collection: collection,
      SurpassingIndex: suggestion.surpassing,
    };
  }
  const settings = { LockMode: 'Unlock', Priority: 'Normal', State: 'Normal' } as const;
  return {
    CanMerge: indexes,
    CanDelete: [],
    // Whoever makes it gives it a name.
    MergedIndex: { ...staticShape({ ...suggestion.merged, ...settings, Name: '' }), Name: null },
    Collection: collection,
    SurpassingIndex: '',
  };
}

export const suggestMergeRoutes = [databaseRoute('GET /indexes/suggest-index-merge', 'Read', suggest)];
