import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseOperationHeader } from '../../node/wire/operation-header.ts';
import { Knowledge } from './knowledge.ts';
import { LandlordOnDisk } from './landlord-on-disk.ts';

let disk: LandlordOnDisk;
let knowledge: Knowledge;

beforeEach(async () => {
  disk = await LandlordOnDisk.create();
  knowledge = new Knowledge();
  knowledge.found();
  disk.start(knowledge);
  await disk.write();
});

afterEach(() => disk.dispose());

it('whom a copy connects to is told which copy of theirs is meant, as the record has it', async () => {
  await expect.poll(() => disk.dialled.at(-1)?.info).toMatchObject({ DestinationCopySince: 1 });
  knowledge.regroup({ Members: ['A'] });
  knowledge.regroup({ Members: ['A'], Promotables: ['B'] });
  await expect.poll(() => disk.dialled.at(-1)?.info).toMatchObject({ DestinationCopySince: 3 });
});

it('who means another copy of this node than the one that is open is refused', async () => {
  const loaded = await disk.landlord.get('shop');
  const refusal = (DestinationCopySince?: number) =>
    loaded.refuseSource(
      parseOperationHeader({
        ...{ Operation: 'Replication', OperationVersion: 1, SourceNodeTag: 'B' },
        Info: { SourceDatabaseId: 'b'.repeat(22), SourceDatabaseName: 'shop', DestinationCopySince },
      }),
    );
  expect(refusal(1)).toBeNull();
  expect(refusal()).toBeNull();
  expect(refusal(3)).toContain('means the copy that this node was given at Raft index 3');
});
