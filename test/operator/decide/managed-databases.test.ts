import { describe, expect, it } from 'vitest';
import { isManaged } from '../../../operator/decide/managed-databases.ts';

const policy = (databases: readonly string[]) =>
  ({ mode: 'Auto', target: 3, minimum: 1, databases }) as const;

describe('the databases whose replication factor the operator sets', () => {
  it.each([
    ['everything by default', ['*'], 'Shop', true],
    ['a name, without case', ['shop'], 'Shop', true],
    ['not another name', ['shop'], 'shop2', false],
    ['a pattern', ['tenant-*'], 'tenant-7', true],
    ['nothing taken away', ['*', '!audit*'], 'audit-log', false],
    ['what is given back after it', ['*', '!audit*', 'audit-eu'], 'audit-eu', true],
    ['a dot as it is written', ['a.b'], 'axb', false],
  ])('are %s', (_claim, patterns, name, expected) => {
    expect(isManaged(name, policy(patterns))).toBe(expected);
  });

  it('are none when the mode is Unmanaged', () => {
    expect(isManaged('shop', { ...policy(['*']), mode: 'Unmanaged' })).toBe(false);
  });
});
