interface Progress {
  readonly etag: number;
  readonly progressedAt: number;
}

/** Which databases replicate directly to a destination, and when each last got further there. Immutable. */
export class DestinationSources {
  static readonly none = new DestinationSources(new Map());
  readonly #sources: ReadonlyMap<string, Progress>;

  private constructor(sources: ReadonlyMap<string, Progress>) {
    this.#sources = sources;
  }

  /** With what the destination says at `now`. */
  updated(sources: ReadonlyMap<string, number>, now: number): DestinationSources {
    return new DestinationSources(
      new Map(
        [...sources].map(([id, etag]) => {
          const before = this.#sources.get(id);
          return [id, before?.etag === etag ? before : { etag, progressedAt: now }];
        }),
      ),
    );
  }

  get isEmpty(): boolean {
    return this.#sources.size === 0;
  }

  has(databaseId: string): boolean {
    return this.#sources.has(databaseId);
  }

  /** Up to where the destination has taken in what the source sends; 0 when it is not connected. */
  acceptedEtag(databaseId: string): number {
    return this.#sources.get(databaseId)?.etag ?? 0;
  }

  /** When the source last got further; minus infinity when it is not connected. */
  progressedAt(databaseId: string): number {
    return this.#sources.get(databaseId)?.progressedAt ?? Number.NEGATIVE_INFINITY;
  }
}
