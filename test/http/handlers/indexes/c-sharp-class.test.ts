import { describe, expect, it } from 'vitest';
import { cSharpClass } from '../../../../node/http/handlers/indexes/c-sharp-class.ts';
import { definitionOf } from '../../../indexing/indexed-database.ts';

describe('an index as a class of the .NET client', () => {
  it('has what the definition says, and quotes doubled in its texts', () => {
    const definition = definitionOf(
      'Orders/ByCity',
      ['from o in docs.Orders\nselect new { o.City, X = "a" }'],
      {
        Reduce: 'from r in results group r by r.City into g select new { City = g.Key, X = "a" }',
        Fields: {
          City: {
            Indexing: 'Search',
            Storage: 'Yes',
            Analyzer: 'StandardAnalyzer',
            Suggestions: true,
            TermVector: null,
          },
          Place: { Spatial: { Type: 'Geography', MaxTreeLevel: 9, MinX: -180 } },
        },
        Configuration: { 'Indexing.MapBatchSize': '10' },
        LockMode: 'LockedIgnore',
        OutputReduceToCollection: 'Cities',
      },
    );
    expect(cSharpClass(definition)).toBe(`using System;
using System.Collections.Generic;
using System.Linq;
using Raven.Client.Documents.Indexes;

public class Index_Orders_ByCity : AbstractIndexCreationTask
{
    public override string IndexName => @"Orders/ByCity";

    public override IndexDefinition CreateIndexDefinition()
    {
        return new IndexDefinition
        {
            Maps =
            {
                @"from o in docs.Orders
select new { o.City, X = ""a"" }"
            },
            Reduce = @"from r in results group r by r.City into g select new { City = g.Key, X = ""a"" }",
            Fields =
            {
                { @"City", new IndexFieldOptions { Indexing = FieldIndexing.Search, Storage = FieldStorage.Yes, Analyzer = @"StandardAnalyzer", Suggestions = true } },
                { @"Place", new IndexFieldOptions { Spatial = new SpatialOptions { Type = SpatialFieldType.Geography, MaxTreeLevel = 9, MinX = -180 } } }
            },
            Configuration =
            {
                { @"Indexing.MapBatchSize", @"10" }
            },
            LockMode = IndexLockMode.LockedIgnore,
            OutputReduceToCollection = @"Cities"
        };
    }
}
`);
  });
});
