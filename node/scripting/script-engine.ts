import ivm from 'isolated-vm';
import { BOUNDED_BUILTINS } from './bounded-builtins.ts';
import {
  ISOLATE_MEGABYTES,
  KEPT_SCRIPTS_MAX,
  LOADS_MAX,
  SCRIPT_MESSAGE_CHARACTERS_MAX,
  SCRIPT_MS_MAX,
} from './limits.ts';
import { PRELUDE } from './prelude.ts';
import { ScriptError } from './script-error.ts';
import { nodesOf, parseScript } from './script-tree.ts';

/** A document as scripts get it: its JSON, its metadata with what the server adds, its id. */
export type ScriptDocument = readonly [json: string, metadata: string, id: string];

/**
 * Reads documents for a script while it runs. `collection`: what the script says that it loads from, or ''. `row`: which
 * of the rows that the script was given depends on the document; undefined where nobody follows that.
 */
export type ScriptLoader = (id: string, collection: string, row?: number) => ScriptDocument | null;

/** Compare-exchange values for a script. `row`: as of a loader. */
export interface ScriptValues {
  /** JSON text, or null. */
  find(key: string, row?: number): string | null;
}

/** A script that is ready to be called: from JSON text to JSON text, or to lines where it gives `{ $lines: [...] }`. */
export interface CompiledScript {
  /**
   * `values`: what `cmpxchg` finds; absent: it is an error there.
   *
   * @throws ScriptError
   */
  call(json: string, load: ScriptLoader, values?: ScriptValues): string;
}

const NO_LOADER: ScriptLoader = () => null;

/** What is JSON already, as lines, is not written as JSON once more. */
const CALL = `(json) => {
  __exact.clear();
  const result = __run(JSON.parse(json));
  return result !== null && typeof result === 'object' && result.$lines !== undefined ? result.$lines.join('\\n') : __json(result);
}`;

/**
 * Runs what users wrote, in a V8 isolate of its own: no access to anything but what it is given, bounded in time and
 * memory. One a thread; calls block it.
 */
export class ScriptEngine {
  #isolate: ivm.Isolate | undefined;
  readonly #compiled = new Map<string, CompiledScript>();
  #loader: ScriptLoader = NO_LOADER;
  #values: ScriptValues | undefined;
  #loads = 0;

  /**
   * `body` is a module-like text that ends by defining `__run`, a function from a value to a value; it is compiled
   * once for each text.
   *
   * @throws ScriptError when it can't be read, or throws while it defines things
   */
  compile(body: string): CompiledScript {
    const known = this.#compiled.get(body);
    if (known !== undefined) {
      this.#compiled.delete(body);
      this.#compiled.set(body, known);
      return known;
    }
    refuseBigIntegers(body);
    const compiled = this.#build(body);
    this.#compiled.set(body, compiled);
    for (const [oldest] of this.#compiled) {
      if (this.#compiled.size <= KEPT_SCRIPTS_MAX) break;
      this.#compiled.delete(oldest);
    }
    return compiled;
  }

  dispose(): void {
    this.#compiled.clear();
    this.#isolate?.dispose();
    this.#isolate = undefined;
  }

  #build(body: string): CompiledScript {
    const isolate = this.#alive();
    const run = guarded(() => {
      const context = isolate.createContextSync();
      context.global.setSync('__load', new ivm.Callback(this.#load));
      context.global.setSync('__compareExchange', new ivm.Callback(this.#value));
      context.evalSync(BOUNDED_BUILTINS, { timeout: SCRIPT_MS_MAX });
      context.evalSync(PRELUDE, { timeout: SCRIPT_MS_MAX });
      context.evalSync(body, { timeout: SCRIPT_MS_MAX });
      return context.evalSync(CALL, { reference: true });
    }, 'syntax') as ivm.Reference<(json: string) => string>;
    return {
      call: (json, load, values) => {
        if (isolate.isDisposed) return this.#rebuilt(body).call(json, load, values);
        this.#loader = load;
        this.#values = values;
        this.#loads = 0;
        try {
          return guarded(
            () => run.applySync(undefined, [json], { timeout: SCRIPT_MS_MAX }),
            'thrown',
          ) as string;
        } finally {
          this.#loader = NO_LOADER;
          this.#values = undefined;
        }
      },
    };
  }

  /** After a script took all memory, its isolate is gone, and with it all that were compiled. */
  #rebuilt(body: string): CompiledScript {
    this.#compiled.clear();
    return this.compile(body);
  }

  #alive(): ivm.Isolate {
    if (this.#isolate === undefined || this.#isolate.isDisposed) {
      this.#compiled.clear();
      this.#isolate = new ivm.Isolate({ memoryLimit: ISOLATE_MEGABYTES });
    }
    return this.#isolate;
  }

  readonly #value = (key: string, row?: number): string | null => {
    if (this.#values === undefined) {
      throw new Error(
        'cmpxchg() can be called in queries, in patches, and by this name in the maps of indexes.',
      );
    }
    return this.#values.find(key, row);
  };

  readonly #load = (id: string, collection: string, row?: number): string | undefined => {
    if (++this.#loads > LOADS_MAX) throw new Error(`A script may load ${LOADS_MAX} documents at once.`);
    const document = this.#loader(id, collection, row);
    return document === null ? undefined : JSON.stringify(document);
  };
}

/**
 * Multiplying large ones is not ended by the engine, and no answer could have them.
 *
 * @throws ScriptError
 */
function refuseBigIntegers(body: string): void {
  if (!/[\da-f_]n\b/i.test(body)) return;
  for (const node of nodesOf(parseScript(body))) {
    if (node.type === 'Literal' && 'bigint' in node) {
      throw new ScriptError('syntax', `${node.bigint}n: integers without limit can't be used here.`);
    }
  }
}

function guarded(body: () => unknown, fault: ScriptError['fault']): unknown {
  try {
    return body();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const message = text.slice(0, SCRIPT_MESSAGE_CHARACTERS_MAX);
    if (/timed out/.test(message)) {
      throw new ScriptError('limit', `The script took longer than ${SCRIPT_MS_MAX} ms.`, error);
    }
    if (/memory limit|disposed/.test(message)) {
      throw new ScriptError('limit', `The script needed more than ${ISOLATE_MEGABYTES} MB of memory.`, error);
    }
    throw new ScriptError(error instanceof SyntaxError ? 'syntax' : fault, message, error);
  }
}
