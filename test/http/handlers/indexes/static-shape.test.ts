import { describe, expect, it } from 'vitest';
import { staticShape } from '../../../../node/http/handlers/indexes/index-shapes.ts';
import { definitionOf } from '../../../indexing/indexed-database.ts';

describe('a static index as it is shown', () => {
  it('has all members of its assemblies', () => {
    const Usings = ['System.Linq'];
    const definition = definitionOf('X', ["map('Orders', (o) => ({ a: o.a }))"], {
      AdditionalAssemblies: [{ Usings }, { AssemblyName: 'System.Xml' }],
    });
    const none = { AssemblyPath: null, PackageName: null, PackageVersion: null, PackageSourceUrl: null };
    expect(staticShape(definition).AdditionalAssemblies).toEqual([
      { AssemblyName: null, ...none, Usings },
      { AssemblyName: 'System.Xml', ...none, Usings: [] },
    ]);
    expect(staticShape({ ...definition, AdditionalAssemblies: null }).AdditionalAssemblies).toEqual([]);
  });
});
