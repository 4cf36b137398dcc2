import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseLoadTimeoutError } from '../../node/landlord/landlord-error.ts';
import { Knowledge } from './knowledge.ts';
import { LandlordOnDisk } from './landlord-on-disk.ts';

let disk: LandlordOnDisk;

beforeEach(async () => {
  disk = await LandlordOnDisk.create();
});

afterEach(() => disk.dispose());

/** The database is deleted, and nothing is left of it in the cluster's state. */
async function end(knowledge: Knowledge, isHard: boolean): Promise<void> {
  knowledge.delete(isHard);
  await expect.poll(() => knowledge.machine.record('shop')).toBeUndefined();
}

describe('a database that is made anew under the name of one that was deleted', () => {
  it('begins with nothing, or with the files that were to be kept', async () => {
    const knowledge = new Knowledge();
    knowledge.found(['A'], 'g');
    disk.start(knowledge);
    const first = await disk.write();
    await end(knowledge, true);
    knowledge.found(['A'], 'h');
    const second = await disk.write();
    expect(second).not.toBe(first);
    await end(knowledge, false);
    expect(await disk.folders()).toEqual(['shop']);
    knowledge.found(['A'], 'i');
    expect(await disk.state()).toEqual({ id: second, documents: 1, copySince: 7 });
    expect(await disk.setAside()).toEqual([]);
  });

  it('finds the files that were kept also when other nodes were later to close theirs', async () => {
    const knowledge = new Knowledge();
    knowledge.found(['A', 'B'], 'g');
    disk.start(knowledge);
    const id = await disk.write();
    knowledge.delete(false);
    // The group has no copy here any more, and B has not told yet that its own is closed.
    await expect
      .poll(() => knowledge.machine.record('shop')?.record.DeletionInProgress)
      .toEqual({ B: 'SoftDelete' });
    knowledge.tell();
    knowledge.apply({ type: 'RemoveNodeFromDatabase', name: 'shop', node: 'B', topologyId: 'g'.repeat(22) });
    expect(knowledge.machine.record('shop')).toBeUndefined();
    knowledge.found(['A', 'B'], 'h');
    expect(await disk.state()).toMatchObject({ id, documents: 1 });
    expect(await disk.setAside()).toEqual([]);
  });

  it('finds the files that were kept also when its node starts with what it knew before their end', async () => {
    const knowledge = new Knowledge();
    knowledge.found(['A'], 'g');
    disk.start(knowledge);
    const id = await disk.write();
    await end(knowledge, false);
    await disk.stop();
    const behind = new Knowledge();
    behind.found(['A'], 'g');
    disk.start(behind);
    expect(await disk.state()).toMatchObject({ id });
    knowledge.found(['A'], 'h');
    behind.become(knowledge);
    await expect.poll(async () => (await disk.state()).copySince).toBe(4);
    expect(await disk.state()).toMatchObject({ id, documents: 1 });
  });

  it('takes nothing of one whose end its node has not seen', async () => {
    const knowledge = new Knowledge();
    knowledge.found(['A', 'B'], 'g');
    disk.start(knowledge);
    const id = await disk.write();
    await disk.stop();
    // As for a node that was out of the cluster meanwhile.
    knowledge.delete(true);
    for (const node of ['A', 'B']) {
      knowledge.apply({ type: 'RemoveNodeFromDatabase', name: 'shop', node, topologyId: 'g'.repeat(22) });
    }
    knowledge.found(['B'], 'h');
    knowledge.regroup({ Members: ['B'], Promotables: ['A'] });
    disk.start(knowledge);
    const begun = await disk.state();
    expect(begun).toMatchObject({ documents: 0, copySince: 6 });
    expect(begun.id).not.toBe(id);
    expect(await disk.setAside()).toHaveLength(1);
  });

  it('takes nothing of one that is open, when its node learns of the end of that and of the new one at once', async () => {
    const knowledge = new Knowledge();
    knowledge.found(['A', 'B'], 'g');
    disk.start(knowledge);
    const id = await disk.write();
    const later = new Knowledge();
    later.found(['B'], 'f');
    later.delete(true);
    later.apply({ type: 'RemoveNodeFromDatabase', name: 'shop', node: 'B', topologyId: 'f'.repeat(22) });
    later.found(['A', 'B'], 'h');
    knowledge.become(later);
    await expect.poll(async () => (await disk.state()).copySince).toBe(4);
    expect(await disk.state()).toMatchObject({ documents: 0, id: expect.not.stringContaining(id) });
    expect(await disk.setAside()).toHaveLength(1);
  });

  it('is not harmed by the end of that one, which its node applies again after a crash', async () => {
    const knowledge = new Knowledge();
    knowledge.found(['A'], 'g');
    disk.start(knowledge);
    await disk.write();
    await end(knowledge, true);
    knowledge.found(['A'], 'h');
    const id = await disk.write();
    await disk.stop();
    const behind = new Knowledge();
    behind.found(['A'], 'g');
    behind.confirm = async () => {};
    disk.start(behind, 50);
    await expect(disk.landlord.get('shop')).rejects.toThrow(DatabaseLoadTimeoutError);
    behind.delete(true);
    await disk.stop();
    expect(await disk.folders()).toEqual(['shop']);
    disk.start(knowledge);
    expect(await disk.state()).toEqual({ id, documents: 1, copySince: 4 });
  });

  it('is opened when the copy that is leaving has gone, be the word of that late', async () => {
    const knowledge = new Knowledge();
    knowledge.found(['A'], 'g');
    disk.start(knowledge);
    await disk.write();
    const { confirm } = knowledge;
    let answer = () => {};
    knowledge.confirm = async (view, tag) => {
      await confirm(view, tag);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
    };
    await end(knowledge, true);
    knowledge.found(['A'], 'h');
    // When the landlord looks at the records again, it is through with what it does by them as they are now.
    const looks = knowledge.looks;
    knowledge.tell();
    await expect.poll(() => knowledge.looks).toBeGreaterThan(looks);
    expect(disk.landlord.tryGet('shop')).toBeUndefined();
    answer();
    expect(await disk.state()).toMatchObject({ documents: 0, copySince: 4 });
  });
});
