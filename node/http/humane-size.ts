const UNITS = ['Bytes', 'KBytes', 'MBytes', 'GBytes', 'TBytes'] as const;

/** RavenDB's way to write a size: `132 Bytes`, `13.48 MBytes`. */
export function humaneSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number(value.toFixed(2))} ${UNITS[unit]}`;
}

export function sizeObject(bytes: number) {
  return { HumaneSize: humaneSize(bytes), SizeInBytes: bytes };
}
