import type { RavenClusterSpec } from '../api/raven-cluster.ts';

/** An image reference in its parts. */
interface ImageName {
  readonly repository: string;
  /** `:<tag>` or `@<digest>`; empty when there is neither. */
  readonly version: string;
}

type ImageSpec = Pick<RavenClusterSpec, 'image' | 'version'>;

/** The image of the nodes: a digest wins over a tag, a tag over the version, and what is missing comes from the default. */
export function imageOf({ image, version }: ImageSpec, defaultImage: string): string {
  const fallback = splitImage(defaultImage);
  const repository = image.repository ?? fallback.repository;
  if (image.digest !== undefined) return `${repository}@${image.digest}`;
  const tag = image.tag ?? version;
  return tag === undefined ? `${repository}${fallback.version}` : `${repository}:${tag}`;
}

/** The version that people are shown: the one of the spec, else the tag or the digest of the image. */
export function versionOf(spec: ImageSpec, defaultImage: string): string {
  return spec.version ?? splitImage(imageOf(spec, defaultImage)).version.slice(1);
}

function splitImage(reference: string): ImageName {
  const digest = reference.indexOf('@');
  if (digest >= 0) {
    // A tag beside a digest says nothing more.
    const { repository } = splitImage(reference.slice(0, digest));
    return { repository, version: reference.slice(digest) };
  }
  const colon = reference.lastIndexOf(':');
  // A colon before the last slash belongs to the port of the registry.
  const hasTag = colon > reference.lastIndexOf('/');
  return hasTag
    ? { repository: reference.slice(0, colon), version: reference.slice(colon) }
    : { repository: reference, version: '' };
}
