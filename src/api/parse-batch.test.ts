import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { parseBatch, UnreadEvent } from './parse-batch';

const limits = { mostEvents: 100_000, mostCharacters: 1_000_000 };
const long = 'x'.repeat(200_000);
const outcomeOf = async (parse: () => unknown): Promise<unknown> => {
  try {
    return { value: await parse() };
  } catch (error) {
    return { error: (error as Error).name };
  }
};
const same = async (text: string) => {
  const [found, expected] = [
    await outcomeOf(() => parseBatch(text, limits, nextTurn)),
    await outcomeOf(() => JSON.parse(text)),
  ];
  // As text, since `toEqual` overlooks own keys called `__proto__`.
  expect(JSON.stringify(found)).toBe(JSON.stringify(expected));
};

describe('parseBatch', () => {
  it.each([
    ['no events', `{"x":"${long}","batch":[]}`],
    ['no events, with space', `{"x":"${long}","batch" : [ \n ] }`],
    ['events of every kind', `{"batch":[1,"a,]}",{"a":[1,2,{}]},null,[],[[]]],"x":"${long}"}`],
    ['quotes and backslashes in text', `{"batch":[{"a":"\\\\\\"]},{"},{"b\\\\":"\\\\"}],"x":"${long}"}`],
    ['a batch inside something else', `{"a":{"batch":[1,2]},"batch":[3],"x":"${long}"}`],
    ['the name as a value', `{"a":"batch","b":["batch"],"batch":[3],"x":"${long}"}`],
    ['the name twice', `{"batch":[1],"x":"${long}","batch":[2]}`],
    ['the name twice, once escaped', `{"batch":[1],"x":"${long}","\\u0062atch":7}`],
    ['the name escaped and then plain', `{"\\u0062atch":7,"batch":[1],"x":"${long}"}`],
    ['a prototype', `{"__proto__":{"batch":[1]},"batch":[{"__proto__":2}],"x":"${long}"}`],
    ['a batch that is no list', `{"batch":{"0":1},"x":"${long}"}`],
    ['no object', `["${long}",{"batch":[1]}]`],
    ['no comma', `{"x":"${long}","batch":[{} {}]}`],
    ['two commas', `{"x":"${long}","batch":[{},,{}]}`],
    ['a comma at the end', `{"x":"${long}","batch":[{},]}`],
    ['a comma alone', `{"x":"${long}","batch":[,]}`],
    ['brackets crossed', `{"x":"${long}","batch":[{"a":[1}]]}`],
    ['a list closed by a brace', `{"x":"${long}","batch":[1}}`],
    ['an open string', `{"x":"${long}","batch":["a]}`],
    ['an open list', `{"x":"${long}","batch":[1,2`],
    ['something after the end', `{"batch":[1],"x":"${long}"} x`],
  ])('reads %s as JSON.parse does', (_what, text) => same(text));

  it('reads any batch as JSON.parse does, and refuses what it refuses', async () => {
    const batch = fc.record({ batch: fc.array(fc.jsonValue()), other: fc.jsonValue() });
    const damage = fc.tuple(fc.nat(), fc.constantFrom('', '"', ',', '[', ']', '{', '}', '\\', ' ', '1'));
    await fc.assert(
      fc.asyncProperty(batch, fc.option(damage), async (value, damaged) => {
        const text = JSON.stringify(value);
        const at = damaged ? damaged[0] % text.length : 0;
        const sent = damaged ? text.slice(0, at) + damaged[1] + text.slice(at + 1) : text;
        await same(sent.replace(/\}$/, `,"x":"${long}"}`));
      }),
      { numRuns: 40 },
    );
  });

  it('does not parse an event that is too long, nor a batch of too many, nor what is long around one', async () => {
    const few = { mostEvents: 2, mostCharacters: 150_000 };
    const events = (...list: readonly string[]) => parseBatch(`{"batch":[${list.join(',')}]}`, few, nextTurn);
    expect(await events(`"${long}"`, '1')).toEqual({ batch: [new UnreadEvent(), 1] });
    await expect(events('1', `"${long}"`, '2')).rejects.toMatchObject({ status: 413 });
    await expect(parseBatch(`{"batch":[],"x":"${long}"}`, few, nextTurn)).rejects.toMatchObject({ status: 413 });
    await expect(parseBatch(`{"x":"${long}"}`, few, nextTurn)).rejects.toMatchObject({ status: 413 });
  });

  it('lets others be served while it reads', async () => {
    const text = JSON.stringify({ batch: Array.from({ length: 20_000 }, (_, n) => ({ n, text: 'x'.repeat(150) })) });
    let turns = 0;
    const count = setInterval(() => (turns += 1), 0);
    await parseBatch(text, limits, nextTurn);
    clearInterval(count);
    expect(turns).toBeGreaterThan(1);
  });
});
