import { INCARNATION_NAME_MAX } from './limits.ts';
import { PodEnvironmentError } from './pod-environment-error.ts';

/** The life of a node that its data must belong to, as the operator wrote it for one ordinal. */
export interface Incarnation {
  /** Opaque; another one means: what the volume holds is of an earlier life and must not be used. */
  readonly incarnation: string;
  /** What becomes of the data of an earlier life. */
  readonly stale: 'Quarantine' | 'Wipe';
}

/** What the volume holds. */
export interface VolumeState {
  /** The incarnation that the volume was prepared for last; undefined: never. */
  readonly recorded: string | undefined;
  /** There is a folder with data of a node. */
  readonly hasNodeData: boolean;
  /** Folders of data that was set aside. */
  readonly quarantined: readonly string[];
}

/**
 * One step of preparing the volume. `SetAside` is a single rename, so there is no moment at which half of a node's data
 * could be taken for all of it.
 */
export type VolumeStep =
  | { readonly type: 'SetAside'; readonly folder: string }
  | { readonly type: 'DeleteSetAside'; readonly folder: string }
  | { readonly type: 'Record'; readonly incarnation: string };

/**
 * What is to be done before the node starts, in order; nothing when the data may be used. Interrupted anywhere, the
 * plan for what is there then ends in the same state: the incarnation is recorded last, and what it set aside carries
 * its name. Without a wanted incarnation the data stays whatever it is.
 */
export function planIncarnation(
  volume: VolumeState,
  wanted: Incarnation | undefined,
  now: Date,
): readonly VolumeStep[] {
  if (wanted === undefined || wanted.incarnation === volume.recorded) return [];
  const steps: VolumeStep[] = [];
  const setAside = `${wanted.incarnation}-${stampOf(now)}`;
  if (volume.hasNodeData) steps.push({ type: 'SetAside', folder: setAside });
  if (wanted.stale === 'Wipe') {
    const unfinished = volume.quarantined.filter((folder) => isSetAsideBy(wanted.incarnation, folder));
    const doomed = volume.hasNodeData ? [...unfinished, setAside] : unfinished;
    for (const folder of doomed) steps.push({ type: 'DeleteSetAside', folder });
  }
  return [...steps, { type: 'Record', incarnation: wanted.incarnation }];
}

/** Time in UTC to the millisecond, in characters that every file system takes. */
function stampOf(time: Date): string {
  return time.toISOString().replaceAll(/[:.-]/g, '');
}

/** The name up to the stamp, which has no dash: an incarnation that is the beginning of another one is not meant. */
function isSetAsideBy(incarnation: string, folder: string): boolean {
  return folder.slice(0, folder.lastIndexOf('-')) === incarnation;
}

/**
 * Reads the entry of an ordinal in the incarnations ConfigMap.
 *
 * @param source for messages: the file it came from
 * @throws PodEnvironmentError
 */
export function parseIncarnation(text: string, source: string): Incarnation {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PodEnvironmentError(`${source} is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  const { incarnation, stale } = (value ?? {}) as Record<string, unknown>;
  if (typeof incarnation !== 'string' || !isFolderName(incarnation)) {
    throw new PodEnvironmentError(
      `${source}: incarnation must be a text of letters, digits, dots, dashes and underscores, ${INCARNATION_NAME_MAX} at most.`,
    );
  }
  if (stale !== 'Quarantine' && stale !== 'Wipe') {
    throw new PodEnvironmentError(`${source}: stale must be Quarantine or Wipe.`);
  }
  return { incarnation, stale };
}

function isFolderName(text: string): boolean {
  return text.length <= INCARNATION_NAME_MAX && /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(text);
}
