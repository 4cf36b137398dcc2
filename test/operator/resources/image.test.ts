import { describe, expect, it } from 'vitest';
import { imageOf, versionOf } from '../../../operator/resources/image.ts';
import { clusterWith } from './sample-cluster.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('the image of the nodes', () => {
  it.each([
    ['is the default when the spec says nothing', {}, 'reg.example:5000/raven:1.2.3', '1.2.3'],
    ['takes the version as its tag', { version: '1.3.0' }, 'reg.example:5000/raven:1.3.0', '1.3.0'],
    [
      'takes a tag over the version',
      { version: '1.3.0', image: { tag: 'night' } },
      'reg.example:5000/raven:night',
      '1.3.0',
    ],
    [
      'takes a digest over a tag',
      { image: { tag: 'x', digest: DIGEST } },
      `reg.example:5000/raven@${DIGEST}`,
      DIGEST,
    ],
    [
      'keeps the default tag in another repository',
      { image: { repository: 'mirror/raven' } },
      'mirror/raven:1.2.3',
      '1.2.3',
    ],
  ])('%s', (_name, spec, image, version) => {
    const { spec: whole } = clusterWith(spec);
    expect(imageOf(whole, 'reg.example:5000/raven:1.2.3')).toBe(image);
    expect(versionOf(whole, 'reg.example:5000/raven:1.2.3')).toBe(version);
  });

  it('does not take the port of a registry for a tag', () => {
    const { spec } = clusterWith({ version: '2.0.0' });
    expect(imageOf(spec, 'localhost:5000/raven')).toBe('localhost:5000/raven:2.0.0');
    expect(imageOf(clusterWith().spec, 'localhost:5000/raven')).toBe('localhost:5000/raven');
  });

  it('of a default with tag and digest is the digest', () => {
    expect(imageOf(clusterWith().spec, `raven:1.2.3@${DIGEST}`)).toBe(`raven@${DIGEST}`);
    expect(imageOf(clusterWith({ version: '2.0.0' }).spec, `raven:1.2.3@${DIGEST}`)).toBe('raven:2.0.0');
  });
});
