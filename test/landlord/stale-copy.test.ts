import { describe, expect, it } from 'vitest';
import { isRecordOlder, isStaleCopy } from '../../node/landlord/database-folder.ts';

const wanted = { groupId: 'g', addedAt: 10, nodeId: 'n1' };

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

  it('is not judged by the record of another group: a database that was deleted softly is found again', () => {
    expect(isStaleCopy({ groupId: 'other', addedAt: 1, nodeId: 'n2' }, wanted)).toBe(false);
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

  it('is of another time when the copy is of another group or node', () => {
    expect(isRecordOlder({ ...wanted, groupId: 'other' }, wanted, 9)).toBe(false);
    expect(isRecordOlder({ ...wanted, nodeId: 'n2' }, wanted, 9)).toBe(false);
  });
});
