import { describe, expect, it } from 'vitest';
import { FINISHED_OPERATIONS_MAX, RUNNING_OPERATIONS_MAX } from '../../node/landlord/limits.ts';
import { OperationRegistry, TooManyOperationsError } from '../../node/landlord/operation-registry.ts';

const description = { taskType: 'BulkInsert', description: 'Bulk Insert', killable: true };

describe('OperationRegistry', () => {
  it('keeps the outcome of an operation readable after its end, and ignores a second end', () => {
    const registry = new OperationRegistry();
    const operation = registry.start(registry.nextId(), description);
    operation.progress({ Total: 1 });
    expect(registry.get(1)).toMatchObject({ status: 'InProgress', progress: { Total: 1 } });
    operation.complete({ Total: 2 });
    operation.cancel();
    expect(registry.get(1)).toMatchObject({ status: 'Completed', progress: null, result: { Total: 2 } });
  });

  it('tells the worker that it was killed, and knows which ids there are', () => {
    const registry = new OperationRegistry();
    const operation = registry.start(7, description);
    expect(registry.kill(7)).toBe(true);
    expect(operation.signal.aborted).toBe(true);
    expect(registry.kill(8)).toBe(false);
    expect(registry.nextId()).toBe(8);
  });

  it('bounds what runs and what is remembered', () => {
    const registry = new OperationRegistry();
    for (let i = 0; i < FINISHED_OPERATIONS_MAX + 10; i++) {
      registry.start(registry.nextId(), description).complete(null);
    }
    expect(registry.get(1)).toBeUndefined();
    expect(registry.list().length).toBe(FINISHED_OPERATIONS_MAX);
    for (let i = 0; i < RUNNING_OPERATIONS_MAX; i++) registry.start(registry.nextId(), description);
    expect(() => registry.start(registry.nextId(), description)).toThrow(TooManyOperationsError);
  });
});
