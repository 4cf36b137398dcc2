import { describe, expect, it } from 'vitest';
import { type OutputNode, outputFault } from '../../../node/indexing/output/output-loops.ts';

const index = (name: string, reads: readonly string[] | null, writes: string | null): OutputNode => ({
  name,
  reads,
  writes,
});

describe('an index that writes documents', () => {
  it.each([
    ['writes what it reads', index('I', ['A'], 'a'), [], 'infinite loop'],
    ['reads all documents', index('I', null, 'B'), [], 'mapping all documents'],
    ['writes what another writes', index('I', ['A'], 'B'), [index('J', ['C'], 'b')], "named 'J'"],
    [
      'is read by one that it reads',
      index('I', ['A'], 'B'),
      [index('J', ['B'], 'A')],
      'I: A => B\n--> J: B => A',
    ],
    [
      'is read over others by one that it reads',
      index('I', ['A'], 'B'),
      [index('J', ['B'], 'C'), index('K', ['X', 'c'], 'a'), index('L', ['B'], 'D')],
      'I: A => B\n--> J: B => C\n--> K: X, c => a',
    ],
  ])('is refused when it %s', (_, one, others, why) => {
    expect(outputFault(one, others)).toContain(why);
  });

  it.each([
    ['nobody reads it', index('I', ['A'], 'B'), [index('J', ['C'], 'D')]],
    [
      'others read it and write elsewhere',
      index('I', ['A'], 'B'),
      [index('J', ['B'], 'C'), index('K', null, null)],
    ],
    [
      'others run in a circle that it is not part of',
      index('I', ['A'], 'B'),
      [index('J', ['B', 'D'], 'C'), index('K', ['C'], 'D')],
    ],
    ['it writes nothing', index('I', ['A'], null), []],
  ])('is fine when %s', (_, one, others) => {
    expect(outputFault(one, others)).toBeNull();
  });
});
