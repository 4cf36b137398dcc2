import type { DatabaseIndexes } from '../../../index-thread/database-indexes.ts';
import type { RunningOperation } from '../../../landlord/operation-registry.ts';
import { requiredText } from '../../parameters/parameters.ts';
import { json } from '../../response.ts';
import { type DatabaseHandler, databaseRoute } from '../../routing/route.ts';
import { faultOf, typeName } from '../operations/operation-shapes.ts';
import { noSuchIndex, requireIndex } from './required-index.ts';

/** Merges all scattered blocks of an index on this node, one that is paused or disabled, too: an operation. */
const optimize: DatabaseHandler = async (request, context) => {
  const { loaded, node } = context;
  const { name } = await requireIndex(context, requiredText(request, 'name'));
  const id = loaded.operations.nextId();
  const operation = loaded.operations.start(id, {
    taskType: 'LuceneOptimizeIndex',
    description: `Optimizing index: ${name}`,
    killable: true,
  });
  void run(operation, name, loaded.indexes).catch((error: unknown) => operation.fault(faultOf(error)));
  return json(200, { OperationId: id, OperationNodeTag: node.cluster.nodeTag() });
};

/** Turn after turn; what was merged stays merged when somebody kills the operation. */
async function run(operation: RunningOperation, name: string, indexes: DatabaseIndexes): Promise<void> {
  let from: Uint8Array | null = null;
  let read = 0;
  let saved = 0;
  do {
    if (operation.signal.aborted) return operation.cancel();
    const turn = await indexes.mergeTurn(name, from);
    if (turn === null) throw noSuchIndex(name);
    read += turn.blocksRead;
    saved += turn.blocksSaved;
    from = turn.next;
    operation.progress({
      $type: typeName('IndeterminateProgress'),
      Progress: `Read ${read} blocks, which are ${read - saved} now.`,
    });
  } while (from !== null);
  operation.complete({
    $type: 'Raven.Client.ServerWide.Operations.IndexOptimizeResult, Raven.Client',
    IndexName: name,
    Message: `Merged ${read} blocks into ${read - saved}.`,
  });
}

export const optimizeIndexRoutes = [databaseRoute('POST /admin/indexes/optimize', 'Admin', optimize)];
