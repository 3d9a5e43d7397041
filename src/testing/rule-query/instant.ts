import { compare, isNumber, isOfType, literal, or, using, when, type Expression, type Fresh } from './expression';

const pattern =
  '^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[Tt ]([0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]+)?)([Zz]|[+-][0-9]{2}:[0-9]{2}))?$';
const secondsBelow = 100_000_000_000;

const add = (...all: readonly Expression[]): Expression => ({ $add: [...all] });
const minus = (one: Expression, other: Expression): Expression => ({ $subtract: [one, other] });
const times = (...all: readonly Expression[]): Expression => ({ $multiply: [...all] });
const floor = (one: Expression): Expression => ({ $floor: one });
const whole = (one: Expression, by: number): Expression => floor({ $divide: [one, by] });
const modulo = (one: Expression, by: number): Expression => ({ $mod: [one, by] });
const at = (list: Expression, index: number): Expression => ({ $arrayElemAt: [list, index] });
const integer = (text: Expression): Expression => ({ $toInt: text });
const part = (text: Expression, from: number, length: number): Expression => ({ $substrCP: [text, from, length] });
const isBeyond = (one: Expression, least: number, most: Expression): Expression =>
  or(compare('$lt', one, least), compare('$gt', one, most));

/** As `readInstant`: epoch milliseconds of a number or of RFC 3339 text, null of anything else. */
export const instantOf = (fresh: Fresh, value: Expression): Expression => ({
  $switch: {
    branches: [
      { case: isNumber(value), then: ofNumber(value) },
      { case: isOfType(value, 'string'), then: ofText(fresh, value) },
    ],
    default: null,
  },
});

const ofNumber = (value: Expression): Expression =>
  when(compare('$lt', { $abs: value }, secondsBelow), floor(times(value, 1_000)), floor(value));

function ofText(fresh: Fresh, text: Expression): Expression {
  return using(fresh, { $regexFind: { input: text, regex: pattern } }, (found) =>
    when(
      isOfType(found, 'object'),
      // "$" also matches before the last newline of a text.
      when(compare('$eq', { $getField: { field: 'match', input: found } }, text), ofParts(fresh, found), null),
      null,
    ),
  );
}

function ofParts(fresh: Fresh, found: Expression): Expression {
  return using(fresh, { $getField: { field: 'captures', input: found } }, (captures) => {
    const day = ofDay(
      fresh,
      [0, 1, 2].map((index) => integer(at(captures, index))),
    );
    const time = ofTime(fresh, { $split: [{ $ifNull: [at(captures, 3), '00:00:00'] }, ':'] });
    const zone = ofZone(fresh, { $ifNull: [at(captures, 4), 'Z'] });
    // A sum with null is null.
    return add(day, time, zone);
  });
}

/** Days of the calendar, by arithmetic: stores differ in what they make of the 31st of February. */
function ofDay(fresh: Fresh, [year = 0, month = 0, day = 0]: readonly Expression[]): Expression {
  return using(fresh, year, (y) =>
    using(fresh, month, (m) =>
      using(fresh, day, (d) =>
        when(or(isBeyond(m, 1, 12), isBeyond(d, 1, lengthOf(y, m))), null, times(daysOf(fresh, y, m, d), 86_400_000)),
      ),
    ),
  );
}

const lengthOf = (year: Expression, month: Expression): Expression => ({
  $switch: {
    branches: [
      { case: { $in: [month, literal([4, 6, 9, 11])] }, then: 30 },
      { case: compare('$eq', month, 2), then: when(isLeap(year), 29, 28) },
    ],
    default: 31,
  },
});

const isLeap = (year: Expression): Expression => ({
  $and: [
    compare('$eq', modulo(year, 4), 0),
    or(compare('$ne', modulo(year, 100), 0), compare('$eq', modulo(year, 400), 0)),
  ],
});

/** Since 1970, by years that begin in March, so that the leap day is the last. */
function daysOf(fresh: Fresh, year: Expression, month: Expression, day: Expression): Expression {
  return using(fresh, minus(year, when(compare('$lte', month, 2), 1, 0)), (y) => {
    const ofYear = whole(add(times(153, modulo(add(month, 9), 12)), 2), 5);
    const leaps = add(whole(y, 4), times(-1, whole(y, 100)), whole(y, 400));
    return add(times(365, y), leaps, ofYear, day, -719_469);
  });
}

function ofTime(fresh: Fresh, split: Expression): Expression {
  return using(fresh, split, (parts) => {
    const [hour, minute] = [integer(at(parts, 0)), integer(at(parts, 1))];
    const second = { $toDouble: at(parts, 2) };
    const isNone = or(isBeyond(hour, 0, 23), isBeyond(minute, 0, 59), compare('$gte', second, 61));
    const milliseconds = floor(add(times(second, 1_000), 1e-6));
    return when(isNone, null, add(times(add(times(hour, 60), minute), 60_000), milliseconds));
  });
}

function ofZone(fresh: Fresh, zone: Expression): Expression {
  return using(fresh, zone, (text) => {
    const [hours, minutes] = [integer(part(text, 1, 2)), integer(part(text, 4, 2))];
    const sign = when(compare('$eq', part(text, 0, 1), '-'), 60_000, -60_000);
    const offset = when(
      or(isBeyond(hours, 0, 23), isBeyond(minutes, 0, 59)),
      null,
      times(sign, add(times(hours, 60), minutes)),
    );
    return when(compare('$eq', { $strLenCP: text }, 1), 0, offset);
  });
}
