import { describe, expect, it } from 'vitest';
import type { Configuration } from '../../../node/rachis/core/configuration.ts';
import { ConfigurationHistory } from '../../../node/rachis/core/configuration-history.ts';
import type { Entry } from '../../../node/rachis/core/entry.ts';

function configuration(tags: string, leaving = ''): Configuration {
  return {
    clusterId: 'cluster',
    epoch: 0,
    nodes: [...tags].map((tag) => ({ id: tag, tag, url: `http://${tag}`, tcpAddress: tag, role: 'member' })),
    outgoingMembers: [...leaving],
  } as unknown as Configuration;
}

const history = (...versions: readonly (readonly [index: number, tags: string, leaving?: string])[]) =>
  new ConfigurationHistory(
    null,
    versions.map(
      ([index, tags, leaving]) =>
        ({ index, term: 1, kind: 'configuration', configuration: configuration(tags, leaving) }) as Entry,
    ),
  );

describe('the place at which a node left', () => {
  it.each([
    ['none while it is in', history([1, 'abc']), Number.POSITIVE_INFINITY],
    ['the first configuration without it', history([1, 'abc'], [5, 'ab'], [9, 'a']), 5],
    ['not one in which it still has a vote', history([1, 'abc'], [5, 'ab', 'abc'], [6, 'ab']), 6],
    ['none when it has come back', history([1, 'abc'], [5, 'ab'], [9, 'abc']), Number.POSITIVE_INFINITY],
    ['that of the last time', history([1, 'abc'], [5, 'ab'], [9, 'abc'], [12, 'a']), 12],
    ['the oldest one known when it was never in', history([3, 'ab'], [5, 'a']), 3],
    ['none where nothing is known', history(), Number.POSITIVE_INFINITY],
  ])('is %s', (_claim, versions, index) => {
    expect(versions.leftAt('c')).toBe(index);
  });
});
