/** Repository of the image, as the chart names it by default. */
export const IMAGE_REPOSITORY = 'docker.io/library/ravencluster';

/** Another tag of the same image: a rolling update needs another name, not another content. */
export const OTHER_IMAGE_TAG = '0.1.0-again';
