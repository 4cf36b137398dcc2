import { API_GROUP } from './api-group.ts';

/** Annotations that a person writes on a RavenCluster: for what is done once, or for a while, and is no part of its description. */

/** `"true"` stops every action of the operator on this cluster; its status is still kept. */
export const PAUSED_ANNOTATION = `${API_GROUP}/paused`;

/** Names the revision (`status.updateRevision`) whose roll-out may go on, where `spec.update.approval` asks for it. */
export const APPROVE_ANNOTATION = `${API_GROUP}/approve`;

/**
 * `<tag>@<term>:<index>`: after the quorum is lost for good, this node goes on alone with what its log holds up to there.
 * The operator shows the exact value when it is time; another value is refused.
 */
export const RECOVER_ANNOTATION = `${API_GROUP}/recover`;

/** Node tags, comma-separated, that are not to lead, nor to get copies while others can; the copies they have stay. */
export const DRAIN_ANNOTATION = `${API_GROUP}/drain`;

/** On a StatefulSet or a volume claim of a cluster: `"true"` lets somebody else than the operator delete it. */
export const ALLOW_DELETION_ANNOTATION = `${API_GROUP}/allow-deletion`;

/** Any value that was not there before: replace the certificate authority of the operator. Each value counts once. */
export const ROTATE_CA_ANNOTATION = `${API_GROUP}/rotate-ca`;

/**
 * A duration such as `10m`: how long the old certificate authority stays trusted after the last certificate under it was
 * replaced; a day without it. For the day its key has leaked.
 */
export const CA_OVERLAP_ANNOTATION = `${API_GROUP}/ca-overlap`;
