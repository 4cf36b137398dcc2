import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resourceSchema } from '../../../operator/api/custom-resource-definition.ts';
import { crdManifest } from '../../../operator/api/generate-crds.ts';
import { RESOURCE_KINDS } from '../../../operator/api/resource-kind.ts';
import type { StructuralSchema } from '../../../operator/api/structural-schema.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'crds');

function walk(
  schema: StructuralSchema,
  path: string,
  visit: (schema: StructuralSchema, path: string) => void,
): void {
  visit(schema, path);
  for (const [name, child] of Object.entries(schema.properties ?? {})) walk(child, `${path}.${name}`, visit);
  if (schema.items !== undefined) walk(schema.items, `${path}[]`, visit);
  if (schema.additionalProperties !== undefined) walk(schema.additionalProperties, `${path}{}`, visit);
}

describe.each(RESOURCE_KINDS)('the definition of $kind', (kind) => {
  it('in crds/ is the one that the schema gives (else run operator/api/generate-crds.ts)', () => {
    const { name, text } = crdManifest(kind);
    expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
  });

  it('is structural: every node has a type, every list and map of the spec a bound', () => {
    const faults: string[] = [];
    walk(kind.spec, 'spec', (schema, path) => {
      if (schema.type === undefined) faults.push(`${path} has no type`);
      if (schema.type === 'array' && schema.maxItems === undefined) faults.push(`${path} has no maxItems`);
      if (schema.additionalProperties !== undefined && schema.maxProperties === undefined) {
        faults.push(`${path} has no maxProperties`);
      }
      if (schema.additionalProperties !== undefined && schema.properties !== undefined) {
        faults.push(`${path} has both properties and additionalProperties`);
      }
    });
    expect(faults).toEqual([]);
  });

  it('explains every field, as kubectl explain shows it', () => {
    const faults: string[] = [];
    walk(resourceSchema(kind), kind.kind, (schema, path) => {
      for (const [name, child] of Object.entries(schema.properties ?? {})) {
        if (path === kind.kind && name === 'metadata') continue;
        if ((child.description ?? '') === '') faults.push(`${path}.${name}`);
        else if (!child.description?.endsWith('.')) faults.push(`${path}.${name}: no sentence`);
      }
    });
    expect(faults).toEqual([]);
  });

  it('lets rules reach nested fields: an object that holds defaults has a default itself', () => {
    const faults: string[] = [];
    walk(kind.spec, 'spec', (schema, path) => {
      for (const [name, child] of Object.entries(schema.properties ?? {})) {
        const holdsDefaults = Object.values(child.properties ?? {}).some(
          (field) => field.default !== undefined,
        );
        const isOptional = child.required !== undefined;
        if (holdsDefaults && !isOptional && child.default === undefined) faults.push(`${path}.${name}`);
      }
    });
    expect(faults).toEqual([]);
  });
});
