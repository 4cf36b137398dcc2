/** API group and version of every RavenCluster resource. One stored version: `v1` will widen it, without conversion. */
export const API_GROUP = 'ravencluster.io';
export const API_VERSION = 'v1beta1';
export const API_GROUP_VERSION = `${API_GROUP}/${API_VERSION}`;
