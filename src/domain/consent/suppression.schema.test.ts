import { Scope } from './suppression.schema';

describe('the scope of a suppression', () => {
  it.each(['everything', 'channel:email', 'channel:web_push-2', 'purpose:Email Marketing', 'destination:crm'])(
    'is %s',
    (scope) => expect(Scope.parse(scope)).toBe(scope),
  );

  it.each([
    ['some', 'everything'],
    ['channel:', 'with a name'],
    ['purpose:', 'with a name'],
    ['channel:Email', 'small letters'],
    ['channel:e mail', 'small letters'],
    [`channel:${'x'.repeat(65)}`, 'small letters'],
  ])('is not %j, and the refusal says how to write it', (scope, remedy) => {
    const { error } = Scope.safeParse(scope);
    expect(error?.issues.map(({ message }) => message).join()).toContain(remedy);
  });
});
