import { describe, expect, it } from 'vitest';
import { collectIds, parseIncludePath } from '../../node/documents/include-path.ts';

const order = {
  Customer: 'customers/1',
  Number: 7,
  Nothing: null,
  Refs: ['a/1', 'a/2', null, 'a/1'],
  Lines: [{ Product: 'p/1', Parts: [{ Id: 'q/1' }] }, { Product: 'p/2', Parts: [] }, 'odd'],
  ByName: { first: 'n/1', second: 'n/2' },
};

function ids(path: string): readonly string[] {
  const found = new Set<string>();
  collectIds(order, parseIncludePath(path), found);
  return [...found];
}

describe('an include path', () => {
  it.each([
    ['Customer', ['customers/1']],
    ['Number(customers/)', ['customers/7']],
    ['Customer(x/)', ['x/customers/1']],
    ['Refs', ['a/1', 'a/2']],
    ['Refs[]', ['a/1', 'a/2']],
    ['Lines[].Product', ['p/1', 'p/2']],
    ['Lines.Product', ['p/1', 'p/2']],
    ['Lines,Product', ['p/1', 'p/2']],
    ['Lines[].Parts[].Id', ['q/1']],
    ['ByName.$Values', ['n/1', 'n/2']],
    ['ByName.$Keys', ['first', 'second']],
    ['Nothing', []],
    ['Nowhere', []],
    ['Customer.Deeper', []],
    ['', []],
    ['()', []],
  ])('%s finds %j', (path, expected) => {
    expect(ids(path)).toEqual(expected);
  });

  it('tells a missing path from an empty one, so that a literal id can be taken for what it is', () => {
    expect(collectIds(order, parseIncludePath('Nothing'), new Set())).toBe(true);
    expect(collectIds(order, parseIncludePath('companies/1'), new Set())).toBe(false);
  });
});
