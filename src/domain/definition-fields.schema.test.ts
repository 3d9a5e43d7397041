import { Duration } from './definition-fields.schema';

describe('a duration of a definition', () => {
  it.each(['1s', '90d', '520w', '314496000s'])('may be %s', (text) => {
    expect(Duration.safeParse(text).success).toBe(true);
  });

  it.each([
    ['521w', 'ten years'],
    ['314496001s', 'ten years'],
    ['999999999w', 'ten years'],
    ['1.5h', 'such as'],
    ['0d', 'such as'],
    ['P1D', 'such as'],
  ])('is not %s, and says why', (text, why) => {
    expect(
      Duration.safeParse(text)
        .error?.issues.map(({ message }) => message)
        .join(),
    ).toContain(why);
  });
});
