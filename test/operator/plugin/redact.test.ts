import { describe, expect, it } from 'vitest';
import { isSensitive, redact } from '../../../operator/plugin/report/redact.ts';

describe('what goes into a report', () => {
  it('has the keys of a Secret and nothing of its values', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'x', managedFields: [{ manager: 'somebody' }] },
      data: { 'tls.key': 'aHVzaA==' },
      stringData: { password: 'hush' },
    };
    expect(redact(secret)).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'x' },
      data: { 'tls.key': '[redacted] 8 characters' },
      stringData: { password: '[redacted] 4 characters' },
    });
  });

  it('has variables and settings, except those that are secret by their names, wherever they stand', () => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'x' },
      spec: {
        serviceAccountName: 'db',
        containers: [
          {
            env: [
              { name: 'S3_SECRET_KEY', value: 'hush' },
              { name: 'REGION', value: 'north' },
              { name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'mine', key: 'password' } } },
            ],
          },
        ],
        config: { License: '{"Key":"hush"}', 'Security.Certificate.Password': 'hush', 'Logs.Format': 'json' },
        tls: { secretName: 'mine', mode: 'Secret' },
      },
    };
    const text = JSON.stringify(redact(pod));
    expect(text).not.toContain('hush');
    for (const kept of ['north', 'mine', 'json', '"mode":"Secret"', '"serviceAccountName":"db"']) {
      expect(text).toContain(kept);
    }
  });

  it('has no second copy of an object in an annotation', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': 'hush', kept: 'yes' };
    const text = JSON.stringify(
      redact({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', annotations } }),
    );
    expect(text).not.toContain('hush');
    expect(text).toContain('"kept":"yes"');
  });

  it('treats rather too many names as secret than too few', () => {
    const secret = [
      'AWS_SECRET_ACCESS_KEY',
      'apiKey',
      'License',
      'MyPassphrase',
      'ConnectionString',
      'authToken',
    ];
    expect(secret.filter((name) => !isSensitive(name))).toEqual([]);
    const open = ['ServerUrl', 'Logs.Format', 'Cluster.ElectionTimeoutInMs', 'REGION'];
    expect(open.filter(isSensitive)).toEqual([]);
  });
});
