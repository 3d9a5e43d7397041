import { channelOf } from './registry';

const webhook = (settings: object) => ({ type: 'webhook', settings: { url: 'https://crm.example/in', ...settings } });

describe('the channel by which a destination reaches people', () => {
  it.each([
    ['ads, at Meta', { type: 'meta-custom-audiences', settings: { adAccountId: '1234567890' } }, 'ads'],
    ['what the settings of a webhook say', webhook({ channel: 'email' }), 'email'],
    ['none, where a webhook names none', webhook({}), undefined],
    ['none, where settings do not fit any more', webhook({ channel: 'email', shape: 'round' }), undefined],
    ['none, of a type that is gone', { type: 'telex', settings: { channel: 'email' } }, undefined],
  ])('is %s', (_, destination, channel) => {
    expect(channelOf(destination)).toBe(channel);
  });
});
