import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ordinalOfTag, tagOfOrdinal } from '../../decide/node-tag.ts';
import type { DataState } from '../../decide/observed.ts';
import { readJson, writeDurableJson } from './durable-json.ts';
import type { StateFolder } from './state-folder.ts';

interface Mark {
  readonly data: 'Used' | 'Detached';
}

/** The data directories of the nodes, and what the operator noted about each. */
export class NodeData {
  readonly #folder: StateFolder;

  constructor(folder: StateFolder) {
    this.#folder = folder;
  }

  /** Ordinals that have a folder. */
  async ordinals(): Promise<readonly number[]> {
    const names = await namesIn(this.#folder.nodesFolder);
    return names.map(ordinalOfTag).filter((ordinal) => ordinal !== undefined);
  }

  /** A folder that was emptied has no data, whatever its mark says. */
  async stateOf(ordinal: number): Promise<DataState> {
    if ((await namesIn(this.#folder.dataFolder(ordinal))).length === 0) return 'None';
    const mark = (await readJson(this.#folder.markFile(ordinal))) as Mark | undefined;
    return mark?.data ?? 'Unused';
  }

  async mark(ordinal: number, data: Mark['data']): Promise<void> {
    await writeDurableJson(this.#folder.markFile(ordinal), { data } satisfies Mark);
  }

  /** Empties what the mark of an earlier life may say about a folder that is about to be used afresh. */
  async prepare(ordinal: number): Promise<void> {
    if ((await this.stateOf(ordinal)) === 'None') await rm(this.#folder.markFile(ordinal), { force: true });
    await mkdir(this.#folder.dataFolder(ordinal), { recursive: true });
  }

  /** Moves the folder aside, under its tag and the time. Nobody deletes it but a person. */
  async quarantine(ordinal: number, now: Date): Promise<string> {
    await mkdir(this.#folder.quarantineFolder, { recursive: true });
    const stamp = now.toISOString().replaceAll(':', '').replaceAll('.', '');
    const target = join(this.#folder.quarantineFolder, `${tagOfOrdinal(ordinal)}-${stamp}`);
    await rename(this.#folder.nodeFolder(ordinal), target);
    return target;
  }

  async delete(ordinal: number): Promise<void> {
    await rm(this.#folder.nodeFolder(ordinal), { recursive: true, force: true });
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
