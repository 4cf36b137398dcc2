import { describe, expect, it } from 'vitest';
import { type Hello, type OwnStanding, parseHello, refusalOf } from '../../../node/rachis/transport/hello.ts';

const hello: Hello = {
  clusterId: 'c1',
  sourceId: 'a',
  sourceTag: 'A',
  destinationId: 'b',
  destinationTag: 'B',
};
const nodeA = { id: 'a', tag: 'A', url: '', tcpAddress: '', role: 'member' as const };
const own: OwnStanding = { serverId: 'b', clusterId: 'c1', isBlank: false, nodes: [nodeA] };

describe('a hello', () => {
  it.each([
    ['is accepted within the cluster', own, hello, null],
    ['invites a node of no cluster', { ...own, clusterId: null, isBlank: true, nodes: [] }, hello, null],
    [
      'may replace an invitation that came to nothing',
      { ...own, clusterId: 'c0', isBlank: true, nodes: [] },
      hello,
      null,
    ],
    ['of another cluster is refused', { ...own, clusterId: 'c2' }, hello, /belongs to cluster c2/],
    ['for a storage that was wiped is refused', { ...own, serverId: 'b2' }, hello, /storage is another one/],
    [
      'of a second node with the same tag is refused',
      own,
      { ...hello, sourceId: 'a2' },
      /Node A of this cluster is a/,
    ],
    ['of the node itself is refused', own, { ...hello, sourceId: 'b' }, /connected to itself/],
    ['that names nobody is refused', own, null, /names cluster, source and destination/],
  ] as const)('%s', (_name, standing, said, expected) => {
    const refusal = refusalOf(standing, said);
    if (expected === null) expect(refusal).toBeNull();
    else expect(refusal).toMatch(expected);
  });

  it('is not read from a header that lacks a member', () => {
    expect(parseHello({ ...hello })).toEqual(hello);
    expect(parseHello({ ...hello, clusterId: '' })).toBeNull();
    expect(parseHello({ ...hello, sourceTag: 7 })).toBeNull();
    expect(parseHello({})).toBeNull();
  });
});
