import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRavenCluster } from '../../../operator/api/parse-resource.ts';
import { InvalidResourceError } from '../../../operator/api/resource-error.ts';

const header = 'apiVersion: ravencluster.io/v1beta1\nkind: RavenCluster\nmetadata:\n  name: demo\n';

function problemsOf(text: string, previous?: string): readonly string[] {
  try {
    parseRavenCluster(
      text,
      'c.yaml',
      previous === undefined ? {} : { previous: parseRavenCluster(previous, 'p') },
    );
  } catch (error) {
    if (error instanceof InvalidResourceError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('a RavenCluster in YAML', () => {
  it('gets every default, nested ones too', () => {
    const { spec } = parseRavenCluster(header, 'c.yaml');
    expect(spec.nodes).toBe(3);
    expect(spec.replicationFactor).toEqual({ mode: 'Auto', target: 3, minimum: 1, databases: ['*'] });
    expect(spec.storage.retention.staleVolume).toBe('Quarantine');
    expect(spec.networking.local).toEqual({ host: '127.0.0.1', httpPort: 8080, tcpPort: 38888 });
  });

  it('is accepted as the example that the package ships', () => {
    const file = join(import.meta.dirname, '..', '..', '..', 'examples', 'ravencluster.yaml');
    expect(parseRavenCluster(readFileSync(file, 'utf8'), file).spec.nodes).toBe(3);
  });

  it('takes a key without a value as not given', () => {
    expect(parseRavenCluster(`${header}spec:\n  nodes:\n  config:\n`, 'c.yaml').spec.nodes).toBe(3);
  });

  it.each([
    ['a number out of range', 'spec:\n  nodes: 0\n', 'c.yaml:6:10: spec.nodes: must be >= 1 (got 0)'],
    ['a wrong type', 'spec:\n  nodes: "3"\n', 'c.yaml:6:10: spec.nodes: must be integer (got "3")'],
    ['an unknown field', 'spec:\n  node: 3\n', 'c.yaml:6:3: spec.node: unknown field; did you mean "nodes"?'],
    [
      'a value that is not in the list',
      'spec:\n  storage:\n    data:\n      accessMode: RWX\n',
      'c.yaml:8:19: spec.storage.data.accessMode: must be one of ReadWriteOnce, ReadWriteOncePod (got "RWX")',
    ],
    [
      'a broken rule',
      'spec:\n  consensus: { maxVoters: 4 }\n',
      'c.yaml:6:27: spec.consensus.maxVoters: must be odd',
    ],
    [
      'a rule between two fields',
      'spec:\n  nodes: 2\n  replicationFactor:\n    mode: Fixed\n',
      'c.yaml:6:10: spec.nodes: must be at least replicationFactor.target when replicationFactor.mode is Fixed',
    ],
    [
      'a rule about a field that is not in the text',
      'spec:\n  tls:\n    mode: CertManager\n',
      'c.yaml:7:5: spec.tls.issuerRef: is required when mode is CertManager',
    ],
    [
      'an entry of a list',
      'spec:\n  replicationFactor:\n    databases: [a, 7]\n',
      'c.yaml:7:20: spec.replicationFactor.databases[1]: must be string (got 7)',
    ],
  ])('names line, column and field of %s', (_name, spec, expected) => {
    expect(problemsOf(header + spec)).toEqual([expected]);
  });

  it('names the place of a YAML syntax error', () => {
    expect(problemsOf(`${header}spec:\n  nodes: [3\n`)[0]).toMatch(/^c\.yaml:\d+:\d+: /);
    expect(problemsOf(`${header}spec:\n  nodes: 3\n  nodes: 4\n`)[0]).toMatch(/^c\.yaml:7:3: .*unique/);
  });

  it('reports everything that is wrong at once, in the order of the text', () => {
    const problems = problemsOf(`${header}spec:\n  nodes: 0\n  configs: {}\n`);
    expect(problems.map((line) => line.split(' ')[0])).toEqual(['c.yaml:6:10:', 'c.yaml:7:3:']);
  });

  it('refuses another kind, nothing, and more than one resource', () => {
    expect(problemsOf('apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n').join()).toContain(
      'kind: must be one of RavenCluster (got "Pod")',
    );
    expect(problemsOf('')).toEqual(['c.yaml: is empty; a RavenCluster is expected']);
    expect(problemsOf('# only a comment\n')).toEqual(['c.yaml: is empty; a RavenCluster is expected']);
    expect(problemsOf('- 1\n')).toEqual(['c.yaml:1:1: a RavenCluster is expected']);
    expect(problemsOf(`${header}---\n${header}`)[0]).toContain('holds more than one resource');
  });

  it('checks rules about changes only against what it was before', () => {
    const forbid = (nodes: number) => `${header}spec:\n  nodes: ${nodes}\n  scaleDown:\n    mode: Forbid\n`;
    expect(problemsOf(forbid(3))).toEqual([]);
    expect(problemsOf(forbid(5), forbid(3))).toEqual([]);
    expect(problemsOf(forbid(3), forbid(5))).toEqual([
      'c.yaml:6:10: spec.nodes: must not be lowered while scaleDown.mode is Forbid',
    ]);
    const size = (text: string) => `${header}spec:\n  storage: { data: { size: ${text} } }\n`;
    expect(problemsOf(size('1Ti'), size('20Gi'))).toEqual([]);
    expect(problemsOf(size('20G'), size('20Gi'))[0]).toContain('spec.storage.data.size: must not shrink');
  });

  it('refuses configuration keys that the operator sets, in any case', () => {
    expect(problemsOf(`${header}spec:\n  config:\n    datadir: /x\n`)[0]).toContain(
      'c.yaml:7:5: spec.config: must not hold keys that the operator sets',
    );
  });
});
