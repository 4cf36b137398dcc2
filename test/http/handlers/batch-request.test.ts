import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapError } from '../../../node/http/errors/error-mapping.ts';
import { parseBatch } from '../../../node/http/handlers/batch/batch-request.ts';
import { parseBulkItem } from '../../../node/http/handlers/batch/bulk-item.ts';

const parse = (value: unknown) => parseBatch(Buffer.from(JSON.stringify(value))).commands;

function refusal(body: string): { status: number; type: string; message: string } {
  try {
    parseBatch(Buffer.from(body));
  } catch (error) {
    const { status, type, message } = mapError(error);
    return { status, type, message };
  }
  throw new Error('It was accepted.');
}

describe('a batch', () => {
  it('is its commands in order, each document as the bytes that came', () => {
    const text = `{"Other":[1],"Commands":[
      {"Id":"b/1","ChangeVector":null,"Document": {"N":1.0,"@metadata":{"@collection":"Bs"}},"Type":"PUT"},
      {"Type":"DELETE","Id":"b/2","ChangeVector":"A:5-x","Document":null},
      {"Type":"HeartBeat"},
      {"Type":"DELETE","Id":"pre/","IdPrefixed":true}],"TransactionMode":"Whatever"}`;
    const { commands: items, isClusterWide } = parseBatch(Buffer.from(text));
    expect(isClusterWide).toBe(false);
    expect(
      items.map((item) => ({ ...item, document: 'document' in item ? String(item.document) : null })),
    ).toEqual([
      {
        type: 'PUT',
        id: 'b/1',
        changeVector: null,
        document: '{"N":1.0,"@metadata":{"@collection":"Bs"}}',
      },
      { type: 'DELETE', id: 'b/2', changeVector: 'A:5-x', isPrefix: false, document: null },
      { type: 'DELETE', id: 'pre/', changeVector: null, isPrefix: true, document: null },
    ]);
  });

  it('of a cluster-wide transaction carries what was loaded, and compare-exchange values', () => {
    const Commands = [
      { Type: 'PUT', Id: 'a', Document: {}, OriginalChangeVector: 'RAFT:1-x' },
      { Type: 'CompareExchangePUT', Id: 'k', Index: 3, Document: { Object: 1 } },
      { Type: 'CompareExchangeDELETE', Id: 'k', Index: 4 },
    ];
    const batch = parseBatch(Buffer.from(JSON.stringify({ Commands, TransactionMode: 'ClusterWide' })));
    expect(batch.isClusterWide).toBe(true);
    expect(batch.commands).toMatchObject([
      { type: 'PUT', originalChangeVector: 'RAFT:1-x' },
      { type: 'CompareExchangePUT', id: 'k', index: 3, document: Buffer.from('{"Object":1}') },
      { type: 'CompareExchangeDELETE', id: 'k', index: 4, document: null },
    ]);
  });

  it('leaves it to the database to give an id to a document without one', () => {
    for (const id of [null, undefined]) {
      expect(parse({ Commands: [{ Id: id, Document: {}, Type: 'PUT' }] })).toMatchObject([{ id: null }]);
    }
  });

  it('carries the versions that a session has read', () => {
    const tracked = { 'a/1': 'A:1-x', 'a/2': null };
    expect(parse({ Commands: [{ Type: 'BatchTrackChanges', TrackedEntities: tracked }] })).toEqual([
      { type: 'BatchTrackChanges', trackedEntities: tracked },
    ]);
  });

  it.each([
    ['', 500, 'System.IO.EndOfStreamException'],
    ['{"Commands":[', 500, 'System.IO.EndOfStreamException'],
    ['{}', 500, 'System.InvalidOperationException'],
    ['{"Commands":{}}', 500, 'System.InvalidOperationException'],
    ['{"Commands":[{"Id":"b/1"}]}', 500, 'System.InvalidOperationException'],
    ['{"Commands":[{"Id":"b/1","Type":"PUT"}]}', 500, 'System.InvalidOperationException'],
    ['{"Commands":[{"Id":"b/1","Type":"NOPE"}]}', 500, 'Raven.Server.Exceptions.InvalidCommandTypeException'],
    ['{"Commands":[{"Id":"b/1","Type":"put"}]}', 500, 'Raven.Server.Exceptions.InvalidCommandTypeException'],
    ['{"Commands":[{"Id":"b/1","Type":"AttachmentPUT"}]}', 501, 'System.NotImplementedException'],
    [
      '{"Commands":[{"Type":"CompareExchangePUT","Id":"k","Index":0}]}',
      500,
      'System.InvalidOperationException',
    ],
    [
      '{"Commands":[{"Type":"CompareExchangePUT","Index":0,"Document":{}}]}',
      500,
      'System.InvalidOperationException',
    ],
    ['{"Commands":[{"Type":"CompareExchangeDELETE","Id":"k"}]}', 500, 'System.InvalidOperationException'],
    [
      '{"Commands":[{"Type":"CompareExchangeDELETE","Id":"k","Index":-1}]}',
      500,
      'System.InvalidOperationException',
    ],
    ['{"Commands":[{"Id":5,"Type":"DELETE"}]}', 500, 'System.FormatException'],
    ['[]', 500, 'Sparrow.Exceptions.InvalidStartOfObjectException'],
  ])('%s is refused with %d %s', (body, status, type) => {
    expect(refusal(body)).toMatchObject({ status, type });
  });

  it('is read or refused by name, whatever it holds', () => {
    const names = ['Commands', 'Type', 'Id', 'Document', 'ChangeVector', 'TransactionMode', 'PUT', 'DELETE'];
    const values = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'medium' },
        fc.constantFrom<unknown>(null, true, 0, '', 'PUT', 'ClusterWide', ...names),
        fc.array(tie('value')),
        fc.dictionary(fc.constantFrom(...names), tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(values, (value) => {
        try {
          parse(value);
        } catch (error) {
          expect(mapError(error).type).not.toBe('System.Exception');
          expect(['ProtocolError', 'JsonSyntaxError']).toContain((error as Error).name);
        }
      }),
    );
  });
});

describe('a command of a bulk insert', () => {
  it('is a document', () => {
    const item = parseBulkItem(Buffer.from('{"Document":{"a":1},"Type":"PUT","Id":"r/1","Else":[]}'));
    expect([item?.id, String(item?.document)]).toEqual(['r/1', '{"a":1}']);
    expect(parseBulkItem(Buffer.from('{"Type":"HeartBeat"}'))).toBeNull();
  });

  it.each([
    ['{"Type":"DELETE","Id":"r/1"}', 500],
    ['{"Id":"r/1"}', 500],
    ['{"Type":"PUT","Id":"r|","Document":{}}', 500],
    ['{"Type":"Counters","Id":"r/1"}', 501],
  ])('%s is refused', (text, status) => {
    let refused: unknown;
    try {
      parseBulkItem(Buffer.from(text));
    } catch (error) {
      refused = error;
    }
    expect(mapError(refused).status).toBe(status);
  });
});
