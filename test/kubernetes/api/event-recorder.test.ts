import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { EventRecorder } from '../../../operator/platform/kubernetes/api/event-recorder.ts';
import { CONFIG_MAP, EVENT, NAMESPACE } from '../../../operator/platform/kubernetes/api/kinds.ts';
import type { KubeClient } from '../../../operator/platform/kubernetes/api/kube-client.ts';
import type { KubeObject } from '../../../operator/platform/kubernetes/api/kube-object.ts';
import { ManualClock } from '../../operator/platform/kubernetes/api/manual-clock.ts';
import { waitUntil } from '../../processes/harness/wait-until.ts';
import { adminClient, describeOnKubernetes, memoryLog, newNamespace } from '../harness/api-test.ts';

type Reason = 'Started' | 'Broken';

interface KubeEvent extends KubeObject {
  readonly reason: string;
  readonly note: string;
  readonly type: string;
  readonly series?: { readonly count: number };
}

async function setUp(registry?: Registry) {
  const client = adminClient();
  const namespace = await newNamespace(client);
  const regarding = await client.create<KubeObject>({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace, name: 'subject' },
  });
  const clock = new ManualClock();
  const log = memoryLog();
  const recorder = new EventRecorder<Reason>({
    client,
    controller: 'example.io/controller',
    instance: 'controller-0',
    log,
    registry,
    clock,
  });
  return { client, namespace, regarding, clock, log, recorder };
}

async function eventsIn(client: KubeClient, namespace: string): Promise<readonly KubeEvent[]> {
  return (await client.list<KubeEvent>(EVENT, { namespace })).items;
}

const started = { type: 'Normal', reason: 'Started', action: 'Starting', note: 'Node A started.' } as const;

describeOnKubernetes('the recorder', () => {
  it('writes events as kubectl shows them', async () => {
    const { client, namespace, regarding, recorder } = await setUp();
    recorder.record({ regarding, ...started });
    await recorder.stop();
    const [event] = await eventsIn(client, namespace);
    expect(event).toMatchObject({
      reason: 'Started',
      note: 'Node A started.',
      type: 'Normal',
      action: 'Starting',
      reportingController: 'example.io/controller',
      reportingInstance: 'controller-0',
      regarding: { kind: 'ConfigMap', namespace, name: 'subject', uid: regarding.metadata.uid },
    });
    const { items } = JSON.parse(
      await client.raw(`/api/v1/namespaces/${namespace}/events?fieldSelector=involvedObject.name=subject`),
    ) as { items: readonly { message: string }[] };
    expect(items.map(({ message }) => message)).toEqual(['Node A started.']);
  });

  it('makes one event with a count of what repeats, and separate ones of what differs', async () => {
    const { client, namespace, regarding, recorder, clock } = await setUp();
    for (let i = 0; i < 7; i++) recorder.record({ regarding, ...started });
    recorder.record({ regarding, ...started, note: 'Node B started.' });
    recorder.record({ regarding, ...started, type: 'Warning', reason: 'Broken' });
    await clock.pass(10_000);
    await waitUntil('the count', async () =>
      (await eventsIn(client, namespace)).some(({ series }) => series?.count === 7),
    );
    for (let i = 0; i < 3; i++) recorder.record({ regarding, ...started });
    // What is not written yet is written at the end.
    await recorder.stop();
    const events = (await eventsIn(client, namespace)).map(
      ({ reason, note, series }) => `${reason} ${note} ${series?.count ?? 1}`,
    );
    expect(events.sort()).toEqual([
      'Broken Node A started. 1',
      'Started Node A started. 10',
      'Started Node B started. 1',
    ]);
  });

  it('writes an event anew when it was forgotten meanwhile', async () => {
    const { client, namespace, regarding, recorder } = await setUp();
    recorder.record({ regarding, ...started });
    const [event] = await waitUntil('the event', async () => {
      const events = await eventsIn(client, namespace);
      return events.length === 1 ? events : undefined;
    });
    await client.delete({ kind: EVENT, namespace, name: event?.metadata.name ?? '' });
    recorder.record({ regarding, ...started });
    await recorder.stop();
    const [again] = await eventsIn(client, namespace);
    expect(again?.series?.count).toBe(2);
  });

  it('bounds notes, and what one object may cause', async () => {
    const registry = new Registry();
    const { client, namespace, regarding, recorder } = await setUp(registry);
    recorder.record({ regarding, ...started, note: 'ü'.repeat(2_000) });
    for (let i = 0; i < 40; i++) recorder.record({ regarding, ...started, note: `Node ${i}.` });
    await recorder.stop();
    const events = await eventsIn(client, namespace);
    expect(events).toHaveLength(25);
    expect(events.some(({ note }) => note.endsWith('ü…') || note.endsWith('\uFFFD…'))).toBe(true);
    expect(await registry.metrics()).toContain('kubernetes_events_dropped_total 16');
  });

  it('hurts nobody when events cannot be written', async () => {
    const { client, namespace, regarding, recorder, log } = await setUp();
    await client.delete({ kind: CONFIG_MAP, namespace, name: 'subject' });
    await client.delete({ kind: NAMESPACE, name: namespace });
    await waitUntil('the namespace to end', async () => {
      const left = await client.get({ kind: NAMESPACE, name: namespace });
      return left?.metadata.deletionTimestamp !== undefined || left === undefined;
    });
    recorder.record({ regarding, ...started });
    await recorder.stop();
    expect(log.lines.join()).toMatch(/An event was not written: create Event .*(403|404)/);
  });
});
