import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generatedFiles, installManifest } from '../../operator/packaging/generate-manifests.ts';
import { describeWithHelm, HELM } from './helm.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');

describe('manifests and charts', () => {
  it.each([...generatedFiles()])(
    'hold in %s what the TypeScript gives (else npm run manifests)',
    (path, text) => {
      expect(read(path)).toBe(text);
    },
  );
});

describeWithHelm('the plain manifests', () => {
  it('are the chart with its defaults (else npm run manifests)', () => {
    expect(read('charts/install.yaml')).toBe(installManifest(HELM ?? 'helm'));
  });
});
