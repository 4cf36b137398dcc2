import { describe, expect, it } from 'vitest';
import { autoDefinitionShape } from '../../../../node/http/handlers/indexes/auto-definition-shape.ts';
import type {
  AutoIndexDefinition,
  AutoIndexFieldOptions,
} from '../../../../node/indexing/definitions/index-definition.ts';

const OPTIONS: AutoIndexFieldOptions = {
  Storage: 'No',
  Indexing: 'Default',
  Aggregation: 'None',
  Spatial: null,
  Vector: null,
  GroupByArrayBehavior: 'NotApplicable',
  Suggestions: false,
  IsNameQuoted: false,
};

const INDEX: AutoIndexDefinition = {
  Type: 'AutoMap',
  Collection: 'Orders',
  MapFields: {},
  GroupByFields: {},
  GroupByFieldNames: [],
  Name: 'Auto/Orders/ByX',
  Priority: 'Normal',
  State: null,
};

const PLAIN = {
  Analyzer: null,
  Indexing: 'Default',
  Storage: 'No',
  Suggestions: false,
  TermVector: 'No',
  Spatial: null,
  Vector: null,
};

describe('an auto index as it is shown', () => {
  it('has each way in which a field is indexed, by the names of fields', () => {
    const { Maps, Reduce, Fields } = autoDefinitionShape({
      ...INDEX,
      MapFields: {
        text: { ...OPTIONS, Indexing: 'Search, Highlighting' },
        name: { ...OPTIONS, Indexing: 'Search, Exact', Suggestions: true },
      },
    });
    expect(Maps).toEqual(['Orders:[<Name:name>;<Name:text>]']);
    expect(Reduce).toBeNull();
    expect(Fields).toEqual({
      name: { ...PLAIN, Suggestions: true },
      'search(name)': { ...PLAIN, Indexing: 'Search' },
      'exact(name)': { ...PLAIN, Indexing: 'Exact' },
      text: PLAIN,
      'search(text)': {
        ...PLAIN,
        Indexing: 'Search',
        Storage: 'Yes',
        TermVector: 'WithPositionsAndOffsets',
      },
    });
    expect(Object.keys(Fields)).toEqual(['name', 'search(name)', 'exact(name)', 'text', 'search(text)']);
  });

  it('says what is summed and counted, and by what', () => {
    const { Maps, Reduce, Fields } = autoDefinitionShape({
      ...INDEX,
      Type: 'AutoMapReduce',
      MapFields: { freight: { ...OPTIONS, Aggregation: 'Sum' }, Count: { ...OPTIONS, Aggregation: 'Count' } },
      GroupByFields: { company: OPTIONS, city: OPTIONS },
      GroupByFieldNames: ['company', 'city'],
    });
    expect(Maps).toEqual(['Orders:[<Name:Count#Operation:Count>;<Name:freight#Operation:Sum>]']);
    expect(Reduce).toBe('Orders:[<Name:company>;<Name:city>]');
    expect(Fields).toEqual({ Count: PLAIN, freight: PLAIN, company: PLAIN, city: PLAIN });
  });

  it('leaves out of spatial and vector options what is in the name', () => {
    const Spatial = {
      Type: 'Geography',
      Strategy: 'GeohashPrefixTree',
      MaxTreeLevel: 9,
      MinX: -180,
      MaxX: 180,
      MinY: -90,
      MaxY: 90,
      Units: 'Kilometers',
      MethodType: 'Wkt',
      MethodArguments: ['shape'],
    } as const;
    const { Fields } = autoDefinitionShape({
      ...INDEX,
      MapFields: { 'spatial.wkt(shape)': { ...OPTIONS, Spatial } },
    });
    const { MethodType: _, MethodArguments: __, ...shown } = Spatial;
    expect(Fields['spatial.wkt(shape)']?.Spatial).toEqual(shown);
  });
});
