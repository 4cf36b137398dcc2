import { describe, expect, it } from 'vitest';
import { isStaleCopy } from '../../node/landlord/database-folder.ts';

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
