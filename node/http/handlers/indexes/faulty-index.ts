import { isSameIndexName } from '../../../indexing/definitions/index-name.ts';
import { invalidOperation, ProtocolError } from '../../errors/protocol-error.ts';
import { mandatoryText, requiredText } from '../../parameters/parameters.ts';
import { NO_CONTENT } from '../../response.ts';
import { type DatabaseContext, type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { noSuchIndex } from './required-index.ts';
import { compilationError } from './static-definition.ts';

/** This node only. */
const openAgain: DatabaseHandler = async (request, context) => {
  const name = recordedName(context, requiredText(request, 'name'));
  const outcome = await context.loaded.indexes.openAgain(name);
  if (!outcome.wasFaulty) throw invalidOperation(`Cannot open non faulty index named: ${name}`);
  if (outcome.fault !== null) throw compilationError(name, outcome.fault);
  return NO_CONTENT;
};

const dump: DatabaseHandler = (request, context) => {
  const asked = mandatoryText(request, 'name');
  mandatoryText(request, 'path');
  const name = recordedName(context, asked);
  throw new ProtocolError(
    500,
    'Raven.Client.Exceptions.Corax.NotSupportedInCoraxException',
    `The index '${name}' can't be dumped: a dump is made of the files of a Lucene index, and this server keeps its indexes in RocksDB, several in one environment.`,
  );
};

/** The name as the record has it: an index that can't be opened is there, too. */
function recordedName({ loaded }: DatabaseContext, name: string): string {
  const { autoIndexes, staticIndexes } = loaded.indexes;
  const found = [...staticIndexes, ...autoIndexes].find(({ Name }) => isSameIndexName(Name, name));
  if (found === undefined) throw noSuchIndex(name);
  return found.Name;
}

export const faultyIndexRoutes = [
  databaseRoute('POST /index/open-faulty-index', 'ReadWrite', openAgain),
  databaseRoute('POST /admin/indexes/dump', 'Admin', dump),
];
