import type { RavenCluster } from '../../api/raven-cluster.ts';
import type { Memory } from '../../decide/memory.ts';
import { readJson, writeDurableJson } from './durable-json.ts';

interface ProcessNote {
  readonly pid: number;
  readonly startedAtMs: number;
  readonly revision: string;
}

interface StateText {
  readonly applied?: RavenCluster;
  readonly memory?: Memory;
  readonly processes: Readonly<Record<string, ProcessNote>>;
}

/** What outlives the operator's process: its memory, and which processes it started. */
export class LocalState {
  readonly #file: string;
  #text: StateText;
  /** Writes go one after the other: the last one wins. */
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string, text: StateText) {
    this.#file = file;
    this.#text = text;
  }

  static async open(file: string): Promise<LocalState> {
    const text = (await readJson(file)) as StateText | undefined;
    return new LocalState(file, text ?? { processes: {} });
  }

  get memory(): Memory | undefined {
    return this.#text.memory;
  }

  setMemory(memory: Memory): Promise<void> {
    return this.#write({ ...this.#text, memory });
  }

  get applied(): RavenCluster | undefined {
    return this.#text.applied;
  }

  setApplied(applied: RavenCluster): Promise<void> {
    return this.#write({ ...this.#text, applied });
  }

  processes(): readonly ({ readonly ordinal: number } & ProcessNote)[] {
    return Object.entries(this.#text.processes).map(([ordinal, note]) => ({
      ordinal: Number(ordinal),
      ...note,
    }));
  }

  setProcess(ordinal: number, note: ProcessNote | undefined): Promise<void> {
    const { [String(ordinal)]: _, ...others } = this.#text.processes;
    const own = note && {
      [String(ordinal)]: { pid: note.pid, startedAtMs: note.startedAtMs, revision: note.revision },
    };
    return this.#write({ ...this.#text, processes: { ...others, ...own } });
  }

  flush(): Promise<void> {
    return this.#writing;
  }

  #write(text: StateText): Promise<void> {
    this.#text = text;
    // A write that failed was reported to whoever asked for it; the next one brings everything anyway.
    this.#writing = this.#writing.catch(() => undefined).then(() => writeDurableJson(this.#file, this.#text));
    return this.#writing;
  }
}
