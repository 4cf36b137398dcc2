import type { AskedQuery } from '../../../index-thread/asked-queries.ts';
import { queryTraits } from '../../../querying/plan/query-traits.ts';
import { answerMetadata } from '../../answer-metadata.ts';
import { json } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { timestamp } from '../../timestamp.ts';

/** Members that are there when a method is called, by its name. */
const BY_METHOD: Readonly<Record<string, string>> = {
  HasFacet: 'facet',
  HasMoreLikeThis: 'morelikethis',
  HasSuggest: 'suggest',
  HasIntersect: 'intersect',
  HasCmpXchg: 'cmpxchg',
};

/** The queries that this node was asked lately: their texts are kept, not their answers. */
const list: DatabaseHandler = async (request, { loaded, node }) => {
  const asked = await loaded.indexes.asked();
  return json(200, {
    '@metadata': answerMetadata(request, node),
    TotalCachedQueries: asked.length,
    Results: asked.map(shown),
  });
};

function shown({ text, firstMs, lastMs, index }: AskedQuery) {
  const { collection, groups, isDistinct, isSorted, isScript, methods } = queryTraits(text);
  return {
    CreatedAt: timestamp(new Date(firstMs)),
    LastQueriedAt: timestamp(new Date(lastMs)),
    ...(groups ? { IsGroupBy: true } : {}),
    ...(isDistinct ? { IsDistinct: true } : {}),
    ...Object.fromEntries(
      Object.entries(BY_METHOD).flatMap(([member, method]) => (methods.has(method) ? [[member, true]] : [])),
    ),
    ...(isSorted ? { Sorted: true } : {}),
    ...(isScript ? { IsJSProjection: true } : {}),
    ...(collection === null
      ? { IndexName: index }
      : {
          IsDynamic: true,
          CollectionName: collection,
          AutoIndexName: index ?? `collection/${collection}`,
        }),
    QueryText: text,
  };
}

export const askedQueryRoutes = [databaseRoute('GET /debug/queries/cache/list', 'Read', list)];
