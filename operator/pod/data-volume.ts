import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { VolumeState, VolumeStep } from './incarnation.ts';
import { INCARNATION_BYTES_MAX } from './limits.ts';
import { PodEnvironmentError } from './pod-environment-error.ts';

/*
 * A node's volume:
 *
 *     incarnation    what it was prepared for last; absent until the operator first asks for one
 *     node/          the node's data folder
 *     quarantine/    data of earlier lives, a folder each; nobody deletes it but a person
 *
 * File systems put more there (lost+found), which is nobody's business here.
 */

export function nodeFolder(volume: string): string {
  return join(volume, 'node');
}

export function quarantineFolder(volume: string): string {
  return join(volume, 'quarantine');
}

function recordFile(volume: string): string {
  return join(volume, 'incarnation');
}

/** @throws PodEnvironmentError when the record is not one of ours */
export async function readVolume(volume: string): Promise<VolumeState> {
  const [recorded, hasNodeData, quarantined] = await Promise.all([
    readText(recordFile(volume)),
    isThere(nodeFolder(volume)),
    namesIn(quarantineFolder(volume)),
  ]);
  return { recorded: recorded?.trim(), hasNodeData, quarantined };
}

/** Durable when it resolves: the next step may rely on it whatever happens. */
export async function performStep(volume: string, step: VolumeStep): Promise<void> {
  switch (step.type) {
    case 'SetAside':
      await mkdir(quarantineFolder(volume), { recursive: true });
      await rename(nodeFolder(volume), join(quarantineFolder(volume), step.folder));
      await syncFolder(quarantineFolder(volume));
      return syncFolder(volume);
    case 'DeleteSetAside':
      await rm(join(quarantineFolder(volume), step.folder), { recursive: true, force: true });
      return syncFolder(quarantineFolder(volume));
    case 'Record':
      return record(volume, step.incarnation);
  }
}

async function record(volume: string, incarnation: string): Promise<void> {
  const draft = `${recordFile(volume)}.new`;
  const handle = await open(draft, 'w', 0o640);
  try {
    await handle.writeFile(`${incarnation}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, recordFile(volume));
  await syncFolder(volume);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * The text of a small file; undefined when there is none.
 *
 * @throws PodEnvironmentError when it is larger than an incarnation can be
 */
export async function readText(file: string): Promise<string | undefined> {
  const text = await orAbsent(readFile(file, 'utf8'));
  if (text !== undefined && Buffer.byteLength(text) > INCARNATION_BYTES_MAX) {
    throw new PodEnvironmentError(`${file} has more than ${INCARNATION_BYTES_MAX} bytes; it is not ours.`);
  }
  return text;
}

async function isThere(path: string): Promise<boolean> {
  return (await orAbsent(stat(path))) !== undefined;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await orAbsent(readdir(folder))) ?? [];
}

async function orAbsent<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
