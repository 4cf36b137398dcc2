import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { CUSTOM_RESOURCE_DEFINITION } from '../../../operator/platform/kubernetes/api/kinds.ts';
import { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import { ControlPlane } from './control-plane.ts';
import { customResourceDefinitions } from './definitions.ts';
import { findBinaries } from './kubernetes-binaries.ts';

/** What tests get from the control plane that they share. */
export interface SharedControlPlane {
  /** URL of the API server. */
  readonly server: string;
  /** Path of the kubeconfig of a user who may do everything. */
  readonly kubeconfig: string;
  /** Folder with the certificate authority: `ca.crt`, `ca.key`. */
  readonly authorityFolder: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** `null` where there is no Kubernetes at hand. */
    readonly controlPlane: SharedControlPlane | null;
  }
}

/**
 * Starts one control plane for all test files of a run and puts our resource definitions there. Without binaries the
 * tests are skipped; on a build server that could have built them this is a failure.
 */
export default async function setUp(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const binaries = findBinaries('control plane');
  if (binaries === undefined) {
    const advice = '`npm run kubernetes:build` builds them, or KUBEBUILDER_ASSETS names their folder';
    if (process.env.CI === 'true' && hasGo())
      throw new Error(`Kubernetes' binaries are not at hand: ${advice}`);
    console.warn(`Tests on a real Kubernetes API are SKIPPED, its binaries are not at hand: ${advice}.`);
    project.provide('controlPlane', null);
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'kubernetes-api-'));
  const plane = await ControlPlane.start({
    binaries,
    folder,
    address: '127.0.0.1',
    // Tests ask more in a second than a cluster does in an hour, and some count what they are refused.
    apiServer: ['--max-requests-inflight=0', '--enable-priority-and-fairness=false'],
  });
  const stop = async () => {
    await plane.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await installDefinitions(plane.kubeconfig);
  } catch (error) {
    await stop();
    throw error;
  }
  project.provide('controlPlane', {
    server: plane.server,
    kubeconfig: plane.kubeconfig,
    authorityFolder: plane.authority.folder,
  });
  return stop;
}

function hasGo(): boolean {
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function installDefinitions(kubeconfig: string): Promise<void> {
  const client = KubeClient.from({ kubeconfig, userAgent: 'test' });
  try {
    for (const definition of await customResourceDefinitions()) {
      const name = definition.metadata.name;
      await client.apply(definition, { fieldManager: 'test', fieldValidation: 'Strict' });
      await waitUntil(`${name} to be served`, async () => {
        const found = await client.get<
          { status?: { conditions?: { type: string; status: string }[] } } & typeof definition
        >({
          kind: CUSTOM_RESOURCE_DEFINITION,
          name,
        });
        return found?.status?.conditions?.some(
          ({ type, status }) => type === 'Established' && status === 'True',
        );
      });
    }
  } finally {
    await client.close();
  }
}
