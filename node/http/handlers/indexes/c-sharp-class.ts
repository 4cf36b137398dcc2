import type {
  IndexFieldOptions,
  StaticIndexDefinition,
} from '../../../indexing/definitions/index-definition.ts';

const HEAD = `using System;
using System.Collections.Generic;
using System.Linq;
using Raven.Client.Documents.Indexes;`;

/** A static index as a class of the .NET client that makes the same one. */
export function cSharpClass(definition: StaticIndexDefinition): string {
  const { Name, Maps, Reduce, Fields, AdditionalSources, Configuration, LockMode, Priority } = definition;
  const members = [
    `Maps =\n{\n${indented(Maps.map(verbatim).join(',\n'))}\n}`,
    ...(typeof Reduce === 'string' ? [`Reduce = ${verbatim(Reduce)}`] : []),
    ...dictionary('Fields', Fields, fieldOptions),
    ...dictionary('AdditionalSources', AdditionalSources, verbatim),
    ...dictionary('Configuration', Configuration, verbatim),
    ...(LockMode === 'Unlock' ? [] : [`LockMode = IndexLockMode.${LockMode}`]),
    ...(Priority === 'Normal' ? [] : [`Priority = IndexPriority.${Priority}`]),
    ...texts(definition, [
      'OutputReduceToCollection',
      'PatternForOutputReduceToCollectionReferences',
      'PatternReferencesCollectionName',
    ]),
  ];
  return `${HEAD}

public class Index_${Name.replace(/\W/g, '_')} : AbstractIndexCreationTask
{
    public override string IndexName => ${verbatim(Name)};

    public override IndexDefinition CreateIndexDefinition()
    {
        return new IndexDefinition
        {
${indented(members.join(',\n'), 3)}
        };
    }
}
`;
}

function fieldOptions(options: IndexFieldOptions): string {
  const named = {
    Indexing: 'FieldIndexing',
    Storage: 'FieldStorage',
    TermVector: 'FieldTermVector',
  } as const;
  const members = [
    ...Object.entries(named).flatMap(([member, type]) => {
      const value = options[member];
      return typeof value === 'string' ? [`${member} = ${type}.${value}`] : [];
    }),
    ...texts(options, ['Analyzer']),
    ...(options.Suggestions === true ? ['Suggestions = true'] : []),
    ...spatial(options),
  ];
  return `new IndexFieldOptions { ${members.join(', ')} }`;
}

function spatial({ Spatial }: IndexFieldOptions): readonly string[] {
  if (Spatial === undefined || Spatial === null) return [];
  const types: Readonly<Record<string, string>> = {
    Type: 'SpatialFieldType',
    Strategy: 'SpatialSearchStrategy',
    Units: 'SpatialUnits',
  };
  const members = Object.entries(Spatial).map(([member, value]) =>
    types[member] === undefined ? `${member} = ${value}` : `${member} = ${types[member]}.${value}`,
  );
  return [`Spatial = new SpatialOptions { ${members.join(', ')} }`];
}

function dictionary<Value>(
  name: string,
  values: Readonly<Record<string, Value>>,
  write: (value: Value) => string,
): readonly string[] {
  const rows = Object.entries(values).map(([key, value]) => `{ ${verbatim(key)}, ${write(value)} }`);
  return rows.length === 0 ? [] : [`${name} =\n{\n${indented(rows.join(',\n'))}\n}`];
}

/** Members that have a text. */
function texts(values: Readonly<Record<string, unknown>>, members: readonly string[]): readonly string[] {
  return members.flatMap((member) => {
    const value = values[member];
    return typeof value === 'string' ? [`${member} = ${verbatim(value)}`] : [];
  });
}

function verbatim(text: string): string {
  return `@"${text.replaceAll('"', '""')}"`;
}

/** All lines but those that go on with a text, which must stay as they are. */
function indented(text: string, steps = 1): string {
  const margin = '    '.repeat(steps);
  let isVerbatim = false;
  return text
    .split('\n')
    .map((line) => {
      const shown = isVerbatim ? line : `${margin}${line}`;
      if ((line.split('"').length - 1) % 2 === 1) isVerbatim = !isVerbatim;
      return shown;
    })
    .join('\n');
}
