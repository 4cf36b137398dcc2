import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'crds');

/** The resource definitions of `crds/`, as `kubectl apply -f crds/` would send them. */
export async function customResourceDefinitions(): Promise<readonly KubeObject[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.map((text) => parse(text) as KubeObject);
}
