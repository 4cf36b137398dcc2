import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, type SuiteFactory } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { findProgram } from '../kubernetes/harness/kubernetes-binaries.ts';

const run = promisify(execFile);

export const HELM = process.env.HELM ?? findProgram('helm');
export const CHARTS = join(import.meta.dirname, '..', '..', 'charts');

/** Oldest Kubernetes that the charts are for. */
const KUBERNETES = '1.30.0';

/** An object as Helm renders it. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** A group of tests that need Helm; skipped with a line that says so where there is none. */
export function describeWithHelm(name: string, factory: SuiteFactory): void {
  if (HELM === undefined) {
    console.warn(`Skipped: ${name} (no helm in PATH; npm run kubernetes:build makes one)`);
    describe.skip(name, factory);
  } else {
    describe(name, factory);
  }
}

export interface Rendering {
  readonly chart: 'ravencluster' | 'ravencluster-operator';
  readonly values?: object;
  readonly release?: string;
  readonly namespace?: string;
  /** API versions that the Kubernetes cluster is said to have besides the built-in ones. */
  readonly served?: readonly string[];
  readonly withTests?: boolean;
}

/** @throws with what Helm says when it does not like the values */
export async function render(rendering: Rendering): Promise<readonly Rendered[]> {
  const { chart, release = chart, namespace = 'somewhere', served = [], withTests = false } = rendering;
  const text = await withValues(rendering, (values) =>
    helm([
      ...['template', release, join(CHARTS, chart), '--namespace', namespace, '--kube-version', KUBERNETES],
      ...served.flatMap((version) => ['--api-versions', version]),
      ...(withTests ? [] : ['--skip-tests']),
      ...values,
    ]),
  );
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Rendered | null)
    .filter((object) => object !== null);
}

export function lint(rendering: Rendering): Promise<string> {
  return withValues(rendering, (values) =>
    helm(['lint', '--strict', join(CHARTS, rendering.chart), '--kube-version', KUBERNETES, ...values]),
  );
}

async function withValues(
  { values = {} }: Rendering,
  use: (args: readonly string[]) => Promise<string>,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'raven-chart-'));
  try {
    const file = join(folder, 'values.json');
    await writeFile(file, JSON.stringify(values));
    return await use(['--values', file]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function helm(args: readonly string[]): Promise<string> {
  const { stdout } = await run(HELM ?? 'helm', args, { maxBuffer: 16 * 1024 * 1024 });
  return stdout;
}
