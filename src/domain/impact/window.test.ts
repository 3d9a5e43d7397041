import { isWindow } from './window';

describe('isWindow', () => {
  it.each(['30s', '24h', '7d', '12w', '90d', '2160h'])('takes %s', (text) => expect(isWindow(text)).toBe(true));
  it.each(['91d', '13w', '2161h', '0d', '7', 'd', '-7d', '7 d', ''])('refuses "%s"', (text) =>
    expect(isWindow(text)).toBe(false),
  );
});
