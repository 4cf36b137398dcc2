import type { Argument, MethodCall } from '../rql/syntax-tree.ts';
import type { QueryValue } from './bind-values.ts';
import { type Options, optionMember, optionsObject } from './option-values.ts';
import type { ComparedBase, MoreLikeThisOptions, Predicate } from './predicate.ts';
import type { Scope } from './where-scope.ts';

/** What clients leave out. There are no minimal frequencies then, as RavenDB has it. */
const DEFAULTS: MoreLikeThisOptions = {
  minimumTermFrequency: 1,
  minimumDocumentFrequency: 1,
  maximumDocumentFrequency: Number.POSITIVE_INFINITY,
  maximumDocumentFrequencyPercentage: 100,
  minimumWordLength: 0,
  maximumWordLength: Number.POSITIVE_INFINITY,
  maximumQueryTerms: 25,
  maximumTokens: 5000,
};

/** Terms that one comparison may ask for, as Lucene has it: each is a look into the index. */
const QUERY_TERMS_MAX = 1024;

/** `moreLikeThis(clause | true | document[, options])`. `compile` makes the clause that finds the base. */
export function moreLikeThis(
  call: MethodCall,
  scope: Scope,
  compile: (argument: Argument) => Predicate,
): Predicate {
  const { binder, isIndex } = scope;
  if (isIndex !== true) throw binder.error('Method moreLikeThis() cannot be used in dynamic queries');
  const [base, options] = call.arguments;
  if (base === undefined || call.arguments.length > 2) {
    throw binder.error('Method moreLikeThis() expects to have one or two arguments');
  }
  return {
    kind: 'moreLikeThis',
    base: baseOf(base, scope, compile),
    options: options === undefined ? DEFAULTS : optionsOf(options, scope),
  };
}

function baseOf(
  argument: Argument,
  { binder }: Scope,
  compile: (argument: Argument) => Predicate,
): ComparedBase {
  const { expression } = argument;
  switch (expression.kind) {
    case 'boolean':
    case 'true':
      return { kind: 'found', by: { kind: 'all' } };
    case 'string':
    case 'parameter':
      return { kind: 'given', document: documentOf(binder.value(expression)) };
    default:
      return { kind: 'found', by: compile(argument) };
  }

  function documentOf(value: QueryValue): ReadonlyMap<string, unknown> {
    const document = typeof value === 'string' ? parsed(value) : value;
    if (document === null || typeof document !== 'object' || Array.isArray(document)) {
      throw binder.error('The document of moreLikeThis() must be a JSON object, or the text of one');
    }
    return new Map(Object.entries(document));
  }
}

/** Undefined: it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Whoever asked for it says what it should have been.
    return undefined;
  }
}

const WHAT = 'the options of moreLikeThis()';

function optionsOf({ expression }: Argument, { binder }: Scope): MoreLikeThisOptions {
  if (expression.kind !== 'parameter') throw binder.error(`Pass ${WHAT} as a parameter`);
  const value = binder.value(expression);
  if (value === null) return DEFAULTS;
  const options = optionsObject(value, WHAT);
  const count = (name: string, otherwise: number): number =>
    optionMember.count(options, name, WHAT) ?? otherwise;
  const maximumQueryTerms = count('MaximumQueryTerms', DEFAULTS.maximumQueryTerms);
  if (maximumQueryTerms > QUERY_TERMS_MAX) {
    throw binder.error(
      `'MaximumQueryTerms' of ${WHAT} may be ${QUERY_TERMS_MAX}, but it is ${maximumQueryTerms}`,
    );
  }
  return {
    minimumTermFrequency: count('MinimumTermFrequency', DEFAULTS.minimumTermFrequency),
    minimumDocumentFrequency: count('MinimumDocumentFrequency', DEFAULTS.minimumDocumentFrequency),
    maximumDocumentFrequency: count('MaximumDocumentFrequency', DEFAULTS.maximumDocumentFrequency),
    maximumDocumentFrequencyPercentage: count(
      'MaximumDocumentFrequencyPercentage',
      DEFAULTS.maximumDocumentFrequencyPercentage,
    ),
    minimumWordLength: count('MinimumWordLength', DEFAULTS.minimumWordLength),
    // Clients of other languages send 0 for what was not set.
    maximumWordLength: count('MaximumWordLength', 0) || DEFAULTS.maximumWordLength,
    maximumQueryTerms,
    maximumTokens: count('MaximumNumberOfTokensParsed', DEFAULTS.maximumTokens),
    ...boostOf(options),
    ...members(options),
  };
}

function boostOf(options: Options): { readonly boost?: number } {
  if (optionMember.flag(options, 'Boost', WHAT) !== true) return {};
  return { boost: optionMember.number(options, 'BoostFactor', WHAT) ?? 1 };
}

function members(options: Options): Pick<MoreLikeThisOptions, 'stopWordsDocumentId' | 'fields'> {
  const stopWordsDocumentId = optionMember.text(options, 'StopWordsDocumentId', WHAT);
  const fields = optionMember.texts(options, 'Fields', WHAT);
  return {
    ...(stopWordsDocumentId === undefined ? {} : { stopWordsDocumentId }),
    ...(fields === undefined || fields.length === 0 ? {} : { fields }),
  };
}
