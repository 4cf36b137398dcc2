import { describe, expect, it } from 'vitest';
import { errorOfAnswer } from '../../../../../operator/platform/kubernetes/api/kube-error.ts';

const status = (fields: object) => JSON.stringify({ kind: 'Status', apiVersion: 'v1', ...fields });

describe('an error answer', () => {
  it('keeps what the API server says: reason, sentence, details', () => {
    const text = status({ reason: 'Invalid', message: 'spec.nodes: too many', details: { name: 'x' } });
    expect(errorOfAnswer('apply RavenCluster a/x', 422, text)).toMatchObject({
      message: 'apply RavenCluster a/x: 422 Invalid: spec.nodes: too many',
      code: 422,
      reason: 'Invalid',
      details: { name: 'x' },
    });
  });

  it('is NotFound only when an object is missing, not when the kind is', () => {
    const missing = status({ reason: 'NotFound', message: 'pods "x" not found', details: { name: 'x' } });
    expect(errorOfAnswer('get', 404, missing).reason).toBe('NotFound');
    const unknown = status({ reason: 'NotFound', message: 'could not find the resource', details: {} });
    expect(errorOfAnswer('get', 404, unknown).reason).toBe('NotServed');
    expect(errorOfAnswer('get', 404, '404 page not found').reason).toBe('NotServed');
  });

  it('says when to come again, from the header or from the body', () => {
    const body = status({ reason: 'TooManyRequests', details: { retryAfterSeconds: 10 } });
    expect(errorOfAnswer('get', 429, body).retryAfterMs).toBe(10_000);
    expect(errorOfAnswer('get', 429, body, '1').retryAfterMs).toBe(1_000);
    expect(errorOfAnswer('get', 500, 'oops').retryAfterMs).toBeUndefined();
    expect(errorOfAnswer('get', 503, '', 'Wed, 21 Oct 2026 07:28:00 GMT').retryAfterMs).toBeUndefined();
  });

  it('has a reason even when a proxy answered, and shows no more of a page than a line', () => {
    const page = `<html>\n<body>${'bad gateway '.repeat(500)}</body></html>`;
    const error = errorOfAnswer('list pods', 503, page);
    expect(error.reason).toBe('ServiceUnavailable');
    expect(error.message.length).toBeLessThan(400);
    expect(error.message).not.toContain('\n');
  });
});
