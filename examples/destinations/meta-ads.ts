import { destination } from 'heddle/code';

export const metaAds = destination('meta-ads', 'Meta ads')
  .type('meta-custom-audiences', { adAccountId: '1234567890' })
  .secrets({ accessToken: { fromEnv: 'META_TOKEN' } });
