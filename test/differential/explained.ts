import type { CorpusQuery } from './corpus/query-lists.ts';
import type { CorpusRequest } from './corpus/requests.ts';

/** A difference that is meant: docs/QUERIES.md says the same in its tables. */
export interface Explained {
  readonly topic: string;
  /** Which queries of the topic: the text, with parameters the JSON of both. */
  readonly queries: RegExp;
  readonly why: string;
}

export const EXPLAINED: readonly Explained[] = [
  { topic: 'equality', queries: /v !?= 1$/, why: 'a number equals exactly: 1 is not 1.5' },
  {
    topic: 'ranges',
    queries: /v [<>]=? (?:'2020-|-?\d)/,
    why: 'dates are no numbers: there their ticks take part in ranges of numbers, and numbers in ranges of dates',
  },
  {
    topic: 'ranges',
    queries: /v < 'b' and v >= 'foo'/,
    why: 'each range holds for any element of an array',
  },
  {
    topic: 'search',
    queries: /'fruit \*own'/,
    why: 'a word with a wildcard among others is not forgotten',
  },
  {
    topic: 'facets',
    queries: /facet\(sum\(qty\) as s\), facet\(\)/,
    why: 'several facets over all results are all answered',
  },
  {
    topic: 'order',
    queries: /from Values order by v(?! as string)/,
    why: 'dates are no numbers, so a field with dates and other values is ordered by text, and its dates have no number',
  },
  {
    topic: 'facets',
    queries: /ProductsL' select facet\(nope\)/,
    why: 'a field that is not indexed is an error, as with the default engine there',
  },
  {
    topic: 'suggestions',
    queries: /suggest\(name, (?:'aple'|'lemn', \$o|\$t)/,
    why: 'suggestions are all words that are as alike as asked, the likest first',
  },
  {
    topic: 'storedFields',
    queries: /select (?:name, Boss|Boss, age|distinct Fixed|name, age)/,
    why: 'stored numbers stay numbers, and a missing field is null whether others are stored or not',
  },
  {
    topic: 'intersect',
    queries: /intersect\(c = 'red'/,
    why: 'intersect counts documents, not entries',
  },
  {
    topic: 'autoIndexNames',
    queries: /'x-y'/,
    why: 'a quoted name with a hyphen has no quotes in the name of its index',
  },
  {
    topic: 'indexAdmin',
    queries: /source\?name=CitiesC/,
    why: 'the source of an index is the JavaScript that its C# runs as',
  },
  {
    topic: 'streams',
    queries: /select facet/,
    why: 'facets are no stream: it is an error, not a stream of the documents',
  },
  {
    topic: 'streams',
    queries: /exclude=/,
    why: 'a stream of documents leaves out what it is told to exclude',
  },
  {
    topic: 'multiGet',
    queries: /people\/none/,
    why: 'the body of a document that is missing says so',
  },
  {
    topic: 'patches',
    queries: /from index Nope/,
    why: 'a patch or deletion by query of an index that there is not is refused before it becomes an operation',
  },
  {
    topic: 'when',
    queries: /id\(\)|group by/,
    why: 'a when() that does not hold asks for nothing, of ids, too; one of a group has its count',
  },
  {
    topic: 'vectors',
    queries: /boost\(|0\.5, 0\)/,
    why: 'vector searches may be boosted, and have one candidate at least',
  },
  {
    topic: 'filterRows',
    queries: /filter (?:when|age between|tags)/,
    why: 'a filter knows when(), between and the elements of arrays',
  },
  {
    topic: 'filterRows',
    queries: /filter (?:[\w.]+ != null|\w+\.\w+ = null)/,
    why: 'a filter takes what is missing for missing, whatever else of its path is there',
  },
  {
    topic: 'filterRows',
    queries: /filter age (?:=|>|in) \(?'36'/,
    why: 'a filter compares numbers with texts as a where does',
  },
  {
    topic: 'filterRows',
    queries: /filter .* offset|"Start"/,
    why: 'offsets count what a filter lets pass',
  },
  {
    topic: 'openRanges',
    queries: /ProductsL|filter age|null and 50/,
    why: 'a range with null is open, in every index, in a filter, and in the text of a query',
  },
  {
    topic: 'loadedDocuments',
    queries: /b\.boss as c/,
    why: 'a document that is loaded by another that was loaded is that one',
  },
  {
    topic: 'loadedDocuments',
    queries: /Object\.keys/,
    why: 'metadata is no member of a document in a script',
  },
  {
    topic: 'functionResults',
    queries: /return (?:d\.address|getMetadata|\{ \.\.\.d|Object\.assign)/,
    why: 'what is no document as it is stored is a projection, and metadata is no member of a document',
  },
  {
    topic: 'functionResults',
    queries: /limit (?:3, )?1$|\[d, \[/,
    why: 'a row that gives a list counts as one, for the total, too, and is shown whole',
  },
  {
    topic: 'literals',
    queries: /select (?:true|false)/,
    why: 'true is true, and no field',
  },
  {
    topic: 'literals',
    queries: /nobody|group by/,
    why: 'a parameter that nobody gave is an error; a group may be shown with a literal',
  },
  {
    topic: 'textArguments',
    queries: /where exact\((?:name between|regex|id)/,
    why: 'exact() minds the case of ranges and of regular expressions, and leaves ids alone',
  },
  {
    topic: 'textArguments',
    queries: /regex\(name, \$p\)",\{"p":""\}|address = |include/,
    why: 'empty patterns match all texts, objects are no values, and an included parameter is a path',
  },
  {
    topic: 'ungrouped',
    queries: /where (?:count|sum)\(/,
    why: 'what is said of a group is no field where there is none',
  },
  {
    topic: 'loadForms',
    queries: /a\.boss as b|\$list/,
    why: 'all of several loaded documents are followed, and all ids of a parameter loaded',
  },
  {
    topic: 'highlights',
    queries: /GroupKey/,
    why: 'fragments may be listed by the values of a field in any index',
  },
  {
    topic: 'spatialOrders',
    queries: /1000\), name desc/,
    why: 'the key after a rounded distance has its direction',
  },
];

export function textOf(query: CorpusQuery | CorpusRequest): string {
  return typeof query === 'string' ? query : JSON.stringify(query);
}

export function explanationOf(topic: string, query: CorpusQuery | CorpusRequest): string | undefined {
  return EXPLAINED.find((one) => one.topic === topic && one.queries.test(textOf(query)))?.why;
}
