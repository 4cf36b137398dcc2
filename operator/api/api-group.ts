/** API group and version of every RavenCluster resource. One stored version: `v1` will widen it, without conversion. */
export const API_GROUP = 'ravencluster.io';
export const API_VERSION = 'v1beta1';
export const API_GROUP_VERSION = `${API_GROUP}/${API_VERSION}`;

/** Annotation: `"true"` stops every action of the operator on this cluster; its status is still kept. */
export const PAUSED_ANNOTATION = `${API_GROUP}/paused`;
