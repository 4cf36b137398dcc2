import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseLoadTimeoutError } from '../../node/landlord/landlord-error.ts';
import { Knowledge } from './knowledge.ts';
import { LandlordOnDisk } from './landlord-on-disk.ts';

let disk: LandlordOnDisk;

beforeEach(async () => {
  disk = await LandlordOnDisk.create();
});

afterEach(() => disk.dispose());

describe('a copy that is found on disk when its node starts', () => {
  it('is opened as it was when the node has held it all along', async () => {
    const knowledge = new Knowledge();
    knowledge.found();
    disk.start(knowledge);
    const id = await disk.write();
    await disk.stop();
    knowledge.regroup({ Members: ['B'], Rehabs: ['A'] });
    knowledge.regroup({ Members: ['B', 'A'] });
    disk.start(knowledge);
    expect(await disk.state()).toEqual({ id, documents: 1, copySince: 1 });
    expect(await disk.setAside()).toEqual([]);
  });

  it('is set aside when it was given up and given back meanwhile, and a new one is begun', async () => {
    const knowledge = new Knowledge();
    knowledge.found();
    disk.start(knowledge);
    const id = await disk.write();
    await disk.stop();
    knowledge.regroup({ Members: ['B'] });
    knowledge.regroup({ Members: ['B'], Promotables: ['A'] });
    disk.start(knowledge);
    const begun = await disk.state();
    expect(begun).toMatchObject({ documents: 0, copySince: 3 });
    expect(begun.id).not.toBe(id);
    expect(await disk.setAside()).toHaveLength(1);
  });

  it('waits while the node knows less than when it was given the copy', async () => {
    const knowledge = new Knowledge();
    knowledge.found();
    knowledge.regroup({ Members: ['B'] });
    knowledge.regroup({ Members: ['B', 'A'] });
    disk.start(knowledge);
    const id = await disk.write();
    await disk.stop();
    // A crash took the end of what the node had applied; its log has it still.
    const behind = new Knowledge();
    behind.found();
    disk.start(behind, 50);
    await expect(disk.landlord.get('shop')).rejects.toThrow(DatabaseLoadTimeoutError);
    expect(await disk.setAside()).toEqual([]);
    await disk.stop();
    disk.start(behind);
    behind.regroup({ Members: ['B'] });
    behind.regroup({ Members: ['B', 'A'] });
    expect(await disk.state()).toEqual({ id, documents: 1, copySince: 3 });
  });
});

describe('a copy that is open', () => {
  it('is set aside as soon as the node learns that it is not trusted any more', async () => {
    const knowledge = new Knowledge();
    knowledge.found();
    disk.start(knowledge);
    const id = await disk.write();
    knowledge.regroup({ Members: ['B'], Rehabs: ['A'] });
    expect(await disk.state()).toMatchObject({ id, documents: 1 });
    knowledge.expire();
    await expect.poll(async () => (await disk.state()).copySince).toBe(3);
    expect(await disk.state()).toMatchObject({ documents: 0, id: expect.not.stringContaining(id) });
    expect(await disk.setAside()).toHaveLength(1);
  });
});
