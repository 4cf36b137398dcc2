/** What is left of a result, as JSON, when only its metadata is asked for. */
export function onlyMetadata(result: Buffer): Buffer {
  const { '@metadata': metadata } = JSON.parse(result.toString('utf8')) as Record<string, unknown>;
  return Buffer.from(JSON.stringify({ '@metadata': metadata }));
}
