/** A query of the corpus: alone, with its parameters, or with other members of the request, too. */
export type CorpusQuery =
  | string
  | readonly [
      query: string,
      parameters: Readonly<Record<string, unknown>>,
      more?: Readonly<Record<string, unknown>>,
    ];

/** Each condition on the collection, so that it is answered by an auto index. */
export const on = (collection: string, conditions: readonly CorpusQuery[]): CorpusQuery[] =>
  conditions.map((condition) =>
    typeof condition === 'string'
      ? `from ${collection} where ${condition}`
      : [`from ${collection} where ${condition[0]}`, condition[1]],
  );

/** Each query tail on both engines' index of this name. */
export const onIndex = (name: string, tails: readonly CorpusQuery[], engines = 'CL'): CorpusQuery[] =>
  [...engines].flatMap((engine) =>
    tails.map(
      (tail): CorpusQuery =>
        typeof tail === 'string'
          ? `from index '${name}${engine}' ${tail}`
          : [`from index '${name}${engine}' ${tail[0]}`, tail[1]],
    ),
  );
