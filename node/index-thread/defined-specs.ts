import { autoGroupSpec } from '../indexing/auto/auto-group-spec.ts';
import { autoIndexSpec } from '../indexing/auto/auto-index-spec.ts';
import type { StaticIndexDefinition } from '../indexing/definitions/index-definition.ts';
import type { IndexSpec } from '../indexing/local/index-spec.ts';
import { staticIndexSpec } from '../indexing/static/static-index-spec.ts';
import type { ScriptEngine } from '../scripting/script-engine.ts';
import type { IndexDefinitions, IndexFacts } from './thread-protocol.ts';

/** Makes definitions ready to run. */
export class DefinedSpecs {
  readonly #scripts: ScriptEngine;
  #faults: ReadonlyMap<string, string> = new Map();

  constructor(scripts: ScriptEngine) {
    this.#scripts = scripts;
  }

  /** A definition that was good enough for another version of this program may not be for this one. */
  of(definitions: IndexDefinitions): readonly IndexSpec[] {
    const faults = new Map<string, string>();
    const written = definitions.static.flatMap((definition) => {
      try {
        return [staticIndexSpec(definition, this.#scripts)];
      } catch (error) {
        faults.set(definition.Name.toLowerCase(), error instanceof Error ? error.message : String(error));
        return [];
      }
    });
    this.#faults = faults;
    return [
      ...definitions.auto.map((one) => (one.Type === 'AutoMap' ? autoIndexSpec(one) : autoGroupSpec(one))),
      ...written,
    ];
  }

  /** Why an index of the record is not there. */
  faultOf(name: string): string | undefined {
    return this.#faults.get(name.toLowerCase());
  }

  /** What can't be compiled by this program any more is not missed: the record has another definition. */
  recall(definition: StaticIndexDefinition): IndexSpec | undefined {
    try {
      return staticIndexSpec(definition, this.#scripts);
    } catch {
      return undefined;
    }
  }

  /** @throws IndexDefinitionError */
  factsOf(definition: StaticIndexDefinition): IndexFacts {
    const { collections, loads = [] } = staticIndexSpec(definition, this.#scripts);
    return { collections, loads };
  }
}
