import { FINISHED_OPERATIONS_MAX, RUNNING_OPERATIONS_MAX } from './limits.ts';

export type OperationStatus = 'InProgress' | 'Completed' | 'Faulted' | 'Canceled';

/** Why an operation faulted, as the protocol shows it. */
export interface OperationFault {
  /** .NET-style exception name. */
  readonly type: string;
  readonly message: string;
  /** Full text, starting with the type. */
  readonly error: string;
  readonly statusCode: number;
}

export interface OperationDescription {
  /** RavenDB's TaskType, for instance `BulkInsert`. */
  readonly taskType: string;
  readonly description: string;
  readonly killable: boolean;
}

/** What a caller can see of an operation. Progress and result are JSON values, kept as the protocol shows them. */
export interface OperationView extends OperationDescription {
  readonly id: number;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
  readonly status: OperationStatus;
  readonly progress: unknown;
  readonly result: unknown;
  readonly fault: OperationFault | null;
}

/** The side of the one who does the work. Exactly one of complete, fault and cancel ends it; later ends are ignored. */
export class RunningOperation {
  readonly id: number;
  readonly description: OperationDescription;
  readonly #abort = new AbortController();
  readonly #startedAt = new Date();
  readonly #onEnd: (operation: RunningOperation) => void;
  #endedAt: Date | null = null;
  #status: OperationStatus = 'InProgress';
  #progress: unknown = null;
  #result: unknown = null;
  #fault: OperationFault | null = null;

  constructor(id: number, description: OperationDescription, onEnd: (operation: RunningOperation) => void) {
    this.id = id;
    this.description = description;
    this.#onEnd = onEnd;
  }

  /** Aborted when somebody kills the operation; the work should stop and end it. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  progress(value: unknown): void {
    if (this.#status === 'InProgress') this.#progress = value;
  }

  complete(result: unknown): void {
    this.#end('Completed', () => {
      this.#result = result;
    });
  }

  fault(fault: OperationFault): void {
    this.#end('Faulted', () => {
      this.#fault = fault;
    });
  }

  cancel(): void {
    this.#end('Canceled', () => {});
  }

  kill(): void {
    this.#abort.abort();
  }

  view(): OperationView {
    return {
      ...this.description,
      id: this.id,
      startedAt: this.#startedAt,
      endedAt: this.#endedAt,
      status: this.#status,
      progress: this.#progress,
      result: this.#result,
      fault: this.#fault,
    };
  }

  #end(status: OperationStatus, keep: () => void): void {
    if (this.#status !== 'InProgress') return;
    this.#status = status;
    this.#endedAt = new Date();
    this.#progress = null;
    keep();
    this.#onEnd(this);
  }
}

/** Too many operations run at once. */
export class TooManyOperationsError extends Error {
  override readonly name = 'TooManyOperationsError';
}

/** Long-running work of one database, or of the server: ids, states, kill. Per node, in memory, as in the protocol. */
export class OperationRegistry {
  readonly #running = new Map<number, RunningOperation>();
  readonly #finished = new Map<number, RunningOperation>();
  #lastId = 0;

  nextId(): number {
    return ++this.#lastId;
  }

  /** Throws TooManyOperationsError. An id that was never handed out is fine; a running one is refused. */
  start(id: number, description: OperationDescription): RunningOperation {
    if (this.#running.size >= RUNNING_OPERATIONS_MAX) {
      throw new TooManyOperationsError(
        `${RUNNING_OPERATIONS_MAX} operations run already; wait for one to end.`,
      );
    }
    if (this.#running.has(id)) {
      throw new TooManyOperationsError(`Operation ${id} runs already; ask for a new operation id.`);
    }
    this.#lastId = Math.max(this.#lastId, id);
    const operation = new RunningOperation(id, description, (ended) => this.#onEnd(ended));
    this.#finished.delete(id);
    this.#running.set(id, operation);
    return operation;
  }

  get(id: number): OperationView | undefined {
    return (this.#running.get(id) ?? this.#finished.get(id))?.view();
  }

  list(): readonly OperationView[] {
    return [...this.#running.values(), ...this.#finished.values()].map((operation) => operation.view());
  }

  /** false when there is no such operation; killing a finished one changes nothing. */
  kill(id: number): boolean {
    const running = this.#running.get(id);
    running?.kill();
    return running !== undefined || this.#finished.has(id);
  }

  killAll(): void {
    for (const operation of this.#running.values()) operation.kill();
  }

  #onEnd(operation: RunningOperation): void {
    this.#running.delete(operation.id);
    this.#finished.set(operation.id, operation);
    for (const oldest of this.#finished.keys()) {
      if (this.#finished.size <= FINISHED_OPERATIONS_MAX) break;
      this.#finished.delete(oldest);
    }
  }
}
