import { join } from 'node:path';
import { performStep, quarantineFolder, readText, readVolume } from './data-volume.ts';
import { parseIncarnation, planIncarnation } from './incarnation.ts';
import type { PodEnvironment } from './pod-environment.ts';

export type VolumeOptions = Pick<PodEnvironment, 'volume' | 'incarnationsFolder' | 'ordinal'>;

/**
 * Makes the volume fit to start the node on: data of an earlier life is set aside or deleted, if the operator says so.
 * May be interrupted at any point and run again. The ConfigMap reaches a pod late sometimes; the operator restarts a
 * node that came up with old data, so this has to be right in the end only.
 *
 * @param tell gets a sentence for each thing that is done
 * @throws PodEnvironmentError, or the file system's error
 */
export async function prepareVolume(
  { volume, incarnationsFolder, ordinal }: VolumeOptions,
  tell: (sentence: string) => void,
): Promise<void> {
  const entry = join(incarnationsFolder, String(ordinal));
  const text = await readText(entry);
  const wanted = text === undefined ? undefined : parseIncarnation(text, entry);
  for (const step of planIncarnation(await readVolume(volume), wanted, new Date())) {
    await performStep(volume, step);
    if (step.type === 'SetAside') {
      tell(`Data of an earlier life of this node is in ${join(quarantineFolder(volume), step.folder)}`);
    } else if (step.type === 'DeleteSetAside') {
      tell(`Deleted data of an earlier life of this node (${step.folder}), as the cluster asks for`);
    }
  }
}
