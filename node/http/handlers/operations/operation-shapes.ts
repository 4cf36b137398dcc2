import type { OperationFault, OperationView } from '../../../landlord/operation-registry.ts';
import { mapError } from '../../errors/error-mapping.ts';
import { timestamp } from '../../timestamp.ts';

const CLIENT_OPERATIONS = 'Raven.Client.Documents.Operations';

/** The .NET type name that polymorphic values carry first; clients of other languages ignore it. */
export function typeName(name: string): string {
  return `${CLIENT_OPERATIONS}.${name}, Raven.Client`;
}

export interface BulkCounts {
  readonly total: number;
  readonly documents: number;
}

/** What a bulk operation ends with. */
export function bulkOperationResult({ total, documents }: BulkCounts) {
  return {
    $type: typeName('BulkOperationResult'),
    Total: total,
    Message: `Processed ${total.toLocaleString('en-US')} items.`,
    Details: [],
    Query: null,
    DocumentsProcessed: documents,
    AttachmentsProcessed: 0,
    CountersProcessed: 0,
    TimeSeriesProcessed: 0,
  };
}

/** How far a bulk insert is. */
export function bulkInsertProgress(counts: BulkCounts, batchCount: number, lastProcessedId: string | null) {
  return {
    $type: typeName('BulkInsertProgress'),
    Total: counts.total,
    BatchCount: batchCount,
    LastProcessedId: lastProcessedId,
    DocumentsProcessed: counts.documents,
    AttachmentsProcessed: 0,
    CountersProcessed: 0,
    TimeSeriesProcessed: 0,
  };
}

/** Turns an error into what a faulted operation keeps. */
export function faultOf(error: unknown): OperationFault {
  const { type, message, detail, status } = mapError(error);
  return { type, message, error: detail, statusCode: status };
}

export function operationState(view: OperationView) {
  return {
    $type: typeName('OperationState'),
    Progress: view.progress,
    Result: view.fault === null ? view.result : faultResult(view.fault),
    Status: view.status,
  };
}

function faultResult(fault: OperationFault) {
  return {
    $type: typeName('OperationExceptionResult'),
    Type: fault.type,
    Message: fault.message,
    Error: fault.error,
    StatusCode: fault.statusCode,
    LimitType: null,
  };
}

/** One row of the list of operations. */
export function operationRow(view: OperationView) {
  return {
    Id: view.id,
    Description: {
      Description: view.description,
      TaskType: view.taskType,
      StartTime: timestamp(view.startedAt),
      EndTime: view.endedAt === null ? null : timestamp(view.endedAt),
      DetailedDescription: null,
    },
    Killable: view.killable,
    State: operationState(view),
  };
}
