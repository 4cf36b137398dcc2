/** A key and its text, as some source gave them. */
export interface GivenValue {
  readonly key: string;
  readonly text: string;
  /** For error messages, for instance `the environment variable RAVEN_ServerUrl`. */
  readonly source: string;
  /** Others put names of their own into this source: an unknown key far from any known one is only worth a warning. */
  readonly isShared: boolean;
}
