import { describe, expect, it } from 'vitest';
import { formatDateText } from '../../../node/indexing/output/date-format.ts';
import { referencePattern } from '../../../node/indexing/output/reference-pattern.ts';

describe('a date in a format of .NET', () => {
  it.each([
    ['yyyy-MM-dd', '2020-03-04'],
    ['yy/M/d', '20/3/4'],
    ['MMM d, yyyy', 'Mar 4, 2020'],
    ['dddd MMMM', 'Wednesday March'],
    ['HH:mm:ss.fff', '15:06:07.123'],
    ['h tt', '3 PM'],
    ["'day' d", 'day 4'],
    ['\\d d', 'd 4'],
  ])('%s is %s', (format, expected) => {
    expect(formatDateText('2020-03-04T15:06:07.1234567Z', format)).toBe(expected);
  });

  it('is the text itself where it is none', () => {
    expect(formatDateText('Oslo', 'yyyy')).toBe('Oslo');
  });
});

describe('the id of a document that names groups', () => {
  it.each([
    ['sales/{Year}', { Year: 2020 }, 'sales/2020'],
    ['sales/{At:yyyy-MM}/{City}', { At: '2020-03-04T00:00:00', City: 'Oslo' }, 'sales/2020-03/Oslo'],
    ['{City}', { City: 'Oslo' }, 'Oslo'],
    ['sales/{Year}', {}, null],
    ['sales/{Year}', { Year: null }, null],
    ['sales/{Year}', { Year: [1] }, null],
  ])('%s of %j is %s', (pattern, result, id) => {
    expect(referencePattern(pattern).idOf(result)).toBe(id);
  });

  it.each(['sales', '', 'sales/{', 'sales/{}', '{a}}'])('can not be made by %j', (pattern) => {
    expect(() => referencePattern(pattern)).toThrow('pattern is not supported');
  });
});
