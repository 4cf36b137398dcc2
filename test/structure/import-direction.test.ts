import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

/** What each room may import from, besides itself. Rooms not named here are leaves that only the composition uses. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  storage: [],
  json: [],
  wire: [],
  observability: [],
  security: ['observability'],
  configuration: ['observability'],
  tcp: ['wire', 'security'],
  rachis: ['storage', 'wire', 'json', 'observability'],
  // Of documents only the change vectors: the observer compares them.
  cluster: ['security', 'rachis', 'storage', 'wire', 'json', 'documents', 'observability'],
  documents: ['storage', 'json', 'observability'],
  replication: ['documents', 'storage', 'json', 'wire', 'observability'],
  scripting: [],
  spatial: [],
  vectors: [],
  indexing: ['documents', 'storage', 'json', 'scripting', 'spatial', 'vectors'],
  querying: ['indexing', 'documents', 'json', 'scripting', 'spatial', 'vectors'],
  'index-thread': ['scripting', 'json', 'querying', 'indexing', 'documents', 'storage', 'observability'],
  landlord: [
    'index-thread',
    'indexing',
    'cluster',
    'replication',
    'documents',
    'storage',
    'json',
    'wire',
    'observability',
  ],
  http: [
    'scripting',
    'spatial',
    'vectors',
    'index-thread',
    'querying',
    'indexing',
    'security',
    'landlord',
    'cluster',
    'replication',
    'documents',
    'json',
    'wire',
    'rachis',
    'storage',
    'observability',
    'configuration',
  ],
};

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
}

function imports(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) =>
    join(file, '..', match[1] as string),
  );
}

describe('the rooms of the node', () => {
  const nodeRoot = join(root, 'node');
  const violations = sources(nodeRoot).flatMap((file) => {
    const room = relative(nodeRoot, file).split(sep)[0] ?? '';
    if (!(room in mayImport)) return [];
    return imports(file)
      .map((target) => relative(nodeRoot, target).split(sep)[0] ?? '')
      .filter((target) => target !== room && !(mayImport[room] ?? []).includes(target))
      .map((target) => `${relative(root, file)} imports ${target}`);
  });

  it('import only rooms below them', () => {
    expect(violations).toEqual([]);
  });

  it('never import the operator, nor the operator the node', () => {
    const crossing = [...sources(nodeRoot), ...sources(join(root, 'operator'))].flatMap((file) => {
      const side = relative(root, file).split(sep)[0];
      return imports(file)
        .map((target) => relative(root, target).split(sep)[0])
        .filter((target) => target !== side)
        .map((target) => `${relative(root, file)} imports ${target}`);
    });
    // The one door: `ravencluster node` hands its arguments to the node program.
    expect(crossing.filter((line) => !line.startsWith(join('operator', 'cli')))).toEqual([]);
  });

  it('keep the plumbing to the Kubernetes API free of what it is used for', () => {
    const plumbing = join(root, 'operator', 'platform', 'kubernetes', 'api');
    const knowing = sources(plumbing).filter((file) => {
      const goesOut = imports(file).some((target) => relative(plumbing, target).startsWith('..'));
      return goesOut || /raven/i.test(readFileSync(file, 'utf8'));
    });
    expect(knowing).toEqual([]);
  });

  it('keep the Rachis core free of clocks, randomness and input or output', () => {
    const core = join(nodeRoot, 'rachis', 'core');
    const impure = sources(core).filter((file) =>
      /Date\.now|new Date\(|performance\.|Math\.random|setTimeout|setInterval|from 'node:|\bawait\b/.test(
        readFileSync(file, 'utf8'),
      ),
    );
    expect(impure).toEqual([]);
  });

  it('hold no file of more than 400 lines, and none without a door sign', () => {
    const all = ['node', 'operator'].flatMap((folder) => sources(join(root, folder)));
    const long = all.filter((file) => readFileSync(file, 'utf8').split('\n').length > 400);
    const unnamed = all.filter((file) => /\/(utils?|helpers?|common|misc|types|index)\.ts$/.test(file));
    expect({ long, unnamed }).toEqual({ long: [], unnamed: [] });
  });
});
