import { describe, expect, it } from 'vitest';
import {
  ClusterNames,
  givenCopy,
  isKeptInPlace,
  isRecordOlder,
  isStaleCopy,
  stampFor,
} from '../../node/landlord/copy-stamp.ts';

const wanted = { groupId: 'g', addedAt: 10, nodeId: 'n1', clusterId: 'c1', isFirst: true };

describe('a copy that is found on disk', () => {
  it('is the one that the record speaks of when this node has held it all along', () => {
    expect(isStaleCopy(wanted, wanted)).toBe(false);
    expect(isStaleCopy({ groupId: 'g', addedAt: 10 }, wanted)).toBe(false);
  });

  it('is stale when this node was given its copy later', () => {
    expect(isStaleCopy({ ...wanted, addedAt: 9 }, wanted)).toBe(true);
  });

  it('is stale when another node held it, whose cluster may have gone on to any index', () => {
    expect(isStaleCopy({ ...wanted, nodeId: 'n2' }, wanted)).toBe(true);
    expect(isStaleCopy({ ...wanted, nodeId: 'n2', addedAt: 5000 }, wanted)).toBe(true);
  });

  it('of another group is stale, unless its files were kept and the record is that of a new database', () => {
    const former = { groupId: 'former', addedAt: 1, nodeId: 'n1', clusterId: 'c1' };
    expect(isStaleCopy(former, wanted)).toBe(true);
    expect(isStaleCopy({ ...former, isKept: true }, wanted)).toBe(false);
    expect(isStaleCopy({ ...former, isKept: true }, { ...wanted, isFirst: false })).toBe(true);
  });

  it('stays in its place when its files were kept, as long as the record is that of its own group', () => {
    expect(isKeptInPlace({ ...wanted, isKept: true }, wanted)).toBe(true);
    expect(isKeptInPlace(wanted, wanted)).toBe(false);
    expect(isKeptInPlace({ ...wanted, groupId: 'former', isKept: true }, wanted)).toBe(false);
  });

  it('of another group is believed when an older version has stamped it, which did not tell', () => {
    expect(isStaleCopy({ groupId: 'former', addedAt: 1, nodeId: 'n2' }, wanted)).toBe(false);
  });
});

describe('the copy that a record gives', () => {
  const place = { tag: 'A', nodeId: 'n1', clusterId: 'c1' };
  const given = (NodesAddedAt: Record<string, number>) =>
    givenCopy({ DatabaseTopologyIdBase64: 'g', NodesAddedAt }, place);

  it('is one of the first as long as it is as old as any of the group', () => {
    expect(given({ A: 10, B: 10 })).toEqual(wanted);
    expect(given({ A: 10, B: 12 }).isFirst).toBe(true);
    expect(given({ A: 12, B: 10 }).isFirst).toBe(false);
    expect(given({ B: 10 })).toMatchObject({ addedAt: 0, isFirst: false });
  });

  it('is stamped so; that its files were kept stays as long as they are of the same group', () => {
    const { isFirst: _, ...stamp } = wanted;
    expect(stampFor(wanted, null)).toEqual(stamp);
    expect(stampFor(wanted, { ...stamp, isKept: true })).toEqual({ ...stamp, isKept: true });
    expect(stampFor(wanted, { ...stamp, groupId: 'former', isKept: true })).toEqual(stamp);
  });
});

describe('the clusters that a node has been in', () => {
  const { isFirst: _, ...stamp } = wanted;
  const recovered = { ...stamp, clusterId: 'c1-recovered' };

  it('are one log as long as it was never in none: copies of it get the name of now', () => {
    const names = new ClusterNames();
    names.follow('c1');
    expect(names.renamed(stamp)).toBeNull();
    names.follow('c1-recovered');
    expect(names.renamed(stamp)).toEqual(recovered);
    expect(names.renamed(recovered)).toBeNull();
    expect(names.renamed({ ...stamp, clusterId: 'c2' })).toBeNull();
    const former = { ...wanted, groupId: 'former', clusterId: 'c1-recovered' };
    // An older record of the log, of a former database of the same name.
    expect([isRecordOlder(stamp, former, 3), isRecordOlder(recovered, former, 3)]).toEqual([false, true]);
  });

  it('are several logs when it was in none in between', () => {
    const names = new ClusterNames();
    for (const clusterId of ['c1', null, 'c2']) names.follow(clusterId);
    expect(names.renamed(stamp)).toBeNull();
  });
});

describe('a record, beside the copy that is found on disk', () => {
  it('says nothing of a copy that was given to this node later than it was written', () => {
    expect(isRecordOlder(wanted, wanted, 9)).toBe(true);
    expect(isRecordOlder({ groupId: 'g', addedAt: 10 }, wanted, 9)).toBe(true);
  });

  it('decides on the copy that it gave, and on one that was given before', () => {
    expect(isRecordOlder(wanted, wanted, 10)).toBe(false);
    expect(isRecordOlder(wanted, wanted, 11)).toBe(false);
  });

  it('may be that of a former database of the same name', () => {
    expect(isRecordOlder({ ...wanted, groupId: 'later' }, wanted, 9)).toBe(true);
    expect(isRecordOlder({ ...wanted, groupId: 'later' }, wanted, 10)).toBe(false);
  });

  it('is of another time when the copy is of another node, or of another group in another cluster', () => {
    expect(isRecordOlder({ ...wanted, groupId: 'other', clusterId: 'c2' }, wanted, 9)).toBe(false);
    expect(isRecordOlder({ groupId: 'other', addedAt: 10, nodeId: 'n1' }, wanted, 9)).toBe(false);
    expect(isRecordOlder({ ...wanted, nodeId: 'n2' }, wanted, 9)).toBe(false);
  });
});
