import { describe, expect, it } from 'vitest';
import type { DatabaseRecord } from '../../node/cluster/database-record.ts';
import { effectiveClientConfiguration } from '../../node/http/client-configuration.ts';
import { clientConfigurationOf } from '../../node/http/handlers/databases/client-configuration-body.ts';

type Raw = Readonly<Record<string, unknown>> | null;

function effective(own: Raw, serverWide: Raw) {
  const record = { Client: own } as unknown as DatabaseRecord;
  const { Etag, Configuration } = effectiveClientConfiguration(record, {
    clientConfiguration: () => serverWide,
  });
  return [Etag, Configuration?.MaxNumberOfRequestsPerSession ?? null, Configuration?.Disabled ?? null];
}

describe('the configuration that a client gets', () => {
  const own = { Etag: 9, MaxNumberOfRequestsPerSession: 1 };
  const serverWide = { Etag: 5, MaxNumberOfRequestsPerSession: 2 };
  it.each([
    ['nothing at all', null, null, [-2, null, null]],
    ["the database's own", own, null, [9, 1, false]],
    ["the database's own before the server-wide one", own, serverWide, [9, 1, false]],
    ['the server-wide one', null, serverWide, [5, 2, false]],
    [
      'the server-wide one under the etag of the change, when its own is disabled',
      { ...own, Disabled: true },
      serverWide,
      [9, 2, false],
    ],
    ['that it is disabled, so that it goes back', { ...own, Disabled: true }, null, [9, 1, true]],
    [
      'its own under the etag of a later change of the other',
      own,
      { ...serverWide, Etag: 12 },
      [12, 1, false],
    ],
  ])('is %s', (_what, database, server, expected) => {
    expect(effective(database, server)).toEqual(expected);
  });
});

describe('a client configuration that is put', () => {
  it('keeps what clients know, in their spelling, and lets unset members out', () => {
    expect(
      clientConfigurationOf({
        readBalanceBehavior: 'roundrobin',
        LoadBalanceBehavior: 'UseSessionContext',
        LoadBalancerContextSeed: -3,
        MaxNumberOfRequestsPerSession: 30,
        IdentityPartsSeparator: '-',
        Disabled: false,
        Etag: 77,
        Other: 1,
      }),
    ).toEqual({
      ReadBalanceBehavior: 'RoundRobin',
      LoadBalanceBehavior: 'UseSessionContext',
      LoadBalancerContextSeed: -3,
      MaxNumberOfRequestsPerSession: 30,
      IdentityPartsSeparator: '-',
      Disabled: false,
    });
    expect(clientConfigurationOf({ ReadBalanceBehavior: null })).toEqual({});
  });

  it.each([
    [{ ReadBalanceBehavior: 'Nope' }, 'System.FormatException'],
    [{ ReadBalanceBehavior: 1 }, 'System.FormatException'],
    [{ LoadBalanceBehavior: 'RoundRobin' }, 'System.FormatException'],
    [{ LoadBalancerContextSeed: 1.5 }, 'System.FormatException'],
    [{ LoadBalancerContextSeed: 2 ** 40 }, 'System.FormatException'],
    [{ MaxNumberOfRequestsPerSession: 'x' }, 'System.FormatException'],
    [{ MaxNumberOfRequestsPerSession: 0 }, 'System.ArgumentException'],
    [{ IdentityPartsSeparator: 'ab' }, 'System.FormatException'],
    [{ IdentityPartsSeparator: '' }, 'System.FormatException'],
    [{ IdentityPartsSeparator: '|' }, 'System.InvalidOperationException'],
    [{ Disabled: 'yes' }, 'System.FormatException'],
  ])('is refused when it is %j', (body, type) => {
    expect(() => clientConfigurationOf(body)).toThrow(expect.objectContaining({ type }));
  });
});
