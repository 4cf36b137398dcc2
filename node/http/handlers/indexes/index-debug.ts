import { lowerIdOf } from '../../../documents/document-id.ts';
import type { StaticIndexDefinition } from '../../../indexing/definitions/index-definition.ts';
import { findByName } from '../../../indexing/definitions/index-name.ts';
import { ownScript } from '../../../indexing/static/map-script.ts';
import { invalidOperation, ProtocolError } from '../../errors/protocol-error.ts';
import { INT_MAX, intParameter, optionalText, requiredText } from '../../parameters/parameters.ts';
import type { HttpRequest } from '../../request.ts';
import { json, jsonBytes, NOT_FOUND } from '../../response.ts';
import { type DatabaseContext, type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { cSharpClass } from './c-sharp-class.ts';
import { treeShape } from './group-tree-shape.ts';
import { readableTexts } from './static-definition.ts';

/** What is in an index: the fields of its entries, or the documents of its groups. */
const debug: DatabaseHandler = async (request, { loaded }) => {
  const name = requiredText(request, 'name');
  const operation = requiredText(request, 'op');
  const fields = await loaded.indexes.entryFields(name);
  if (fields === null) return NOT_FOUND;
  switch (operation.toLowerCase()) {
    case 'entries-fields':
      return json(
        200,
        fields.map((one) => ({
          Name: one.name,
          FieldType: one.isStatic ? 'Static' : 'Dynamic',
          ValueType: 'Term',
        })),
      );
    case 'source-doc-ids': {
      const ids = await loaded.indexes.sourceIds(name, {
        startsWith: lowerIdOf(optionalText(request, 'startsWith') ?? ''),
        start: Math.max(0, intParameter(request, 'start', 0)),
        pageSize: Math.max(0, intParameter(request, 'pageSize', INT_MAX)),
      });
      if (ids === null) throw notSupported(`Getting doc ids for map indexes is not supported`);
      return json(200, { Results: ids, Count: ids.length });
    }
    case 'map-reduce-tree': {
      const trees = await loaded.indexes.groupTrees(name, request.query.all('docid').map(lowerIdOf));
      if (trees === null) return json(400, { Error: `${name} is not map-reduce index` });
      return json(200, { Results: trees.map(treeShape) });
    }
    default:
      throw notSupported(`${operation} is not supported`);
  }
};

/** A static index as a class of the .NET client. */
const cSharp: DatabaseHandler = (request, context) => {
  const definition = writtenIndex(request, context, "Can't create C# index definition from auto indexes");
  return definition === null ? NOT_FOUND : jsonBytes(200, Buffer.from(cSharpClass(definition)));
};

/** What the C# of an index was translated to, and runs as. */
const source: DatabaseHandler = (request, context) => {
  const definition = writtenIndex(request, context, 'Source can be only retrieved for static indexes.');
  if (definition === null) return NOT_FOUND;
  const translated = readableTexts(definition);
  if (translated.size === 0) throw invalidOperation('Could not retrieve source for given index.');
  return json(200, { Index: definition.Name, Source: ownScript(definition, translated) });
};

/** The index that is named, if somebody wrote it; null: there is none. `refusal`: what is said of an auto index. */
function writtenIndex(
  request: HttpRequest,
  { loaded }: DatabaseContext,
  refusal: string,
): StaticIndexDefinition | null {
  const name = requiredText(request, 'name');
  if (findByName(loaded.indexes.autoIndexes, name) !== undefined) throw invalidOperation(refusal);
  return findByName(loaded.indexes.staticIndexes, name) ?? null;
}

function notSupported(message: string): ProtocolError {
  return new ProtocolError(500, 'System.NotSupportedException', message);
}

export const indexDebugRoutes = [
  databaseRoute('GET /indexes/debug', 'Read', debug),
  databaseRoute('GET /indexes/c-sharp-index-definition', 'Read', cSharp),
  databaseRoute('GET /indexes/source', 'Read', source),
];
