import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvWriter, columnsOf } from '../../../../node/http/handlers/queries/csv.ts';

const result = (value: object): Buffer => Buffer.from(JSON.stringify(value));

const ADA = {
  name: 'Ada',
  address: { city: 'London', geo: { lat: 1.5 } },
  nothing: {},
  tags: ['a', 'b'],
  '@metadata': { '@collection': 'People', Custom: 'x', '@change-vector': 'A:1', '@id': 'people/1' },
};

describe('CSV', () => {
  it('has a column for the id, each member, those of objects, and what of the metadata is of use', () => {
    expect(columnsOf(result(ADA))).toEqual([
      '@id',
      'name',
      'address.city',
      'address.geo.lat',
      'tags',
      '@metadata.@collection',
      '@metadata.Custom',
    ]);
    expect(columnsOf(result({ x: 1, '@metadata': { '@projection': true } }))).toEqual([
      'x',
      '@metadata.@projection',
    ]);
  });

  it('has the columns of the first result in every line', () => {
    const writer = new CsvWriter(undefined);
    expect(writer.row(result(ADA))).toBe(
      '@id,name,address.city,address.geo.lat,tags,@metadata.@collection,@metadata.Custom\r\n' +
        '"people/1","Ada","London",1.5,"[""a"",""b""]","People","x"\r\n',
    );
    const other = { name: null, address: 'unknown', more: 1, tags: [], '@metadata': { '@id': 'people/2' } };
    expect(writer.row(result(other))).toBe('"people/2",,,,[],,\r\n');
  });

  it('has the columns that were asked for', () => {
    const writer = new CsvWriter(['address.geo', 'a,b', '@metadata.Custom', 'Count', 'name.x', '@id']);
    expect(writer.row(result(ADA))).toBe(
      'address.geo,"a,b",@metadata.Custom,Count,name.x,@id\r\n"{""lat"":1.5}",,"x",,,"people/1"\r\n',
    );
  });

  it.each<[json: string, cell: string]>([
    ['"a \\"b\\"\\n, c"', '"a ""b""\n, c"'],
    ['""', '""'],
    ['1.50', '1.50'],
    ['12345678901234567890', '12345678901234567890'],
    ['true', 'True'],
    ['false', 'False'],
    ['null', ''],
    ['[1,2]', '"[1,2]"'],
  ])('shows %s as %s', (json, cell) => {
    expect(new CsvWriter(['v']).row(Buffer.from(`{"v":${json}}`))).toBe(`v\r\n${cell}\r\n`);
  });

  it('takes a member that is named like a path for itself', () => {
    expect(new CsvWriter(['a.b']).row(Buffer.from('{"a.b":1,"a":{"b":2}}'))).toBe('a.b\r\n1\r\n');
  });

  it('refuses a first result with more columns than a spreadsheet has', () => {
    const wide = Object.fromEntries(Array.from({ length: 16_385 }, (_, n) => [`f${n}`, n]));
    expect(() => new CsvWriter(undefined).row(result(wide))).toThrow('CSV may have 16384 columns');
  });

  it('can be read back, whatever texts there are', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', '\\'),
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (texts) => {
        const names = texts.map((_, at) => `c${at}`);
        const row = Object.fromEntries(texts.map((one, at) => [`c${at}`, one]));
        const line = new CsvWriter(names).row(result(row)).slice(names.join(',').length + 2, -2);
        const cells = [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map(([, cell]) =>
          cell?.replaceAll('""', '"'),
        );
        expect(cells).toEqual(texts);
      }),
    );
  });
});
