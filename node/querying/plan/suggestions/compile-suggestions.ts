import type { Argument, RqlQuery, SelectItem } from '../../rql/syntax-tree.ts';
import type { QueryValue } from '../bind-values.ts';
import { typeName } from '../bind-values.ts';
import { fieldName, isCallOf, isMethod, isValue } from '../names.ts';
import { optionMember, optionsObject } from '../option-values.ts';
import type { WhereContext } from '../where-scope.ts';
import { SUGGESTED_CHARACTERS_MAX, SUGGESTED_TERMS_MAX } from './limits.ts';
import type { StringDistance, SuggestionOptions, SuggestionPlan } from './suggestion-plan.ts';

const DEFAULTS: SuggestionOptions = {
  distance: 'Levenshtein',
  accuracy: 0.5,
  sort: 'similarity',
  pageSize: 15,
};

/** The suggestions that a query selects; undefined: it selects something else. */
export function compileSuggestions(
  rql: RqlQuery,
  context: WhereContext,
): readonly SuggestionPlan[] | undefined {
  const { select } = rql;
  if (select?.kind !== 'fields' || !select.items.some(({ expression }) => isMethod(expression, 'suggest'))) {
    return undefined;
  }
  const { binder } = context;
  if (select.distinct) throw binder.error('Cannot use SELECT DISTINCT in a suggestion query');
  if (rql.groupBy.length > 0) throw binder.error('Cannot use GROUP BY in a suggestion query');
  const plans = select.items.map((item) => suggestionOf(item, context));
  if (plans.reduce((sum, { terms }) => sum + terms.length, 0) > SUGGESTED_TERMS_MAX) {
    throw binder.error(`A query may ask suggestions for ${SUGGESTED_TERMS_MAX} terms`);
  }
  return plans;
}

function suggestionOf({ expression, alias }: SelectItem, context: WhereContext): SuggestionPlan {
  const { binder, needs } = context;
  if (expression.kind !== 'method' || !isCallOf(expression, 'suggest')) {
    throw binder.error('A query that selects suggestions can select nothing else: write suggest(…) only');
  }
  const [of, term, options] = expression.arguments;
  if (of === undefined || term === undefined || expression.arguments.length > 3) {
    throw binder.error(
      `Method suggest() must contain two or three arguments but '${expression.arguments.length}' were specified`,
    );
  }
  const field = suggestedField(of, context);
  needs.add(field, { suggest: true });
  return {
    name: alias ?? field,
    field,
    terms: termsOf(boundValue(term, context), context),
    options: options === undefined ? DEFAULTS : optionsOf(boundValue(options, context)),
  };
}

function suggestedField({ expression }: Argument, { binder, alias }: WhereContext): string {
  if (expression.kind === 'field') return fieldName(expression, alias);
  if (expression.kind === 'string') return expression.value;
  throw binder.error('Method suggest() expects a field as its first argument');
}

function boundValue({ expression }: Argument, { binder }: WhereContext): QueryValue {
  if (isValue(expression)) return binder.value(expression);
  throw binder.error('Method suggest() expects values after its field');
}

function termsOf(value: QueryValue, { binder }: WhereContext): readonly string[] {
  const terms: readonly unknown[] = Array.isArray(value) ? value : [value];
  return terms.map((term) => {
    if (typeof term !== 'string') {
      throw binder.error(
        `suggest() takes a term as a text or a list of texts, but it was ${typeName(term as QueryValue)}`,
      );
    }
    if (term.length <= SUGGESTED_CHARACTERS_MAX) return term;
    throw binder.error(`A term of suggest() may have ${SUGGESTED_CHARACTERS_MAX} characters`);
  });
}

const DISTANCES: Readonly<Record<string, StringDistance>> = {
  None: 'Levenshtein',
  Default: 'Levenshtein',
  Levenshtein: 'Levenshtein',
  JaroWinkler: 'JaroWinkler',
  NGram: 'NGram',
};

function optionsOf(value: QueryValue): SuggestionOptions {
  const what = 'the options of suggest()';
  const options = optionsObject(value, what);
  const distance = optionMember.oneOf(options, 'Distance', Object.keys(DISTANCES), what);
  const sort = optionMember.oneOf(options, 'SortMode', ['None', 'Popularity'], what);
  return {
    distance: DISTANCES[distance ?? 'Default'] ?? DEFAULTS.distance,
    accuracy: optionMember.number(options, 'Accuracy', what) ?? DEFAULTS.accuracy,
    sort: sort === 'Popularity' ? 'popularity' : 'similarity',
    pageSize: optionMember.count(options, 'PageSize', what) ?? DEFAULTS.pageSize,
  };
}
