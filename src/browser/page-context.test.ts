import { contextOf } from './page-context';

const pageAt = (address: string) => {
  const location = new URL(address) as unknown as Location;
  const document = { title: 'Shop', referrer: 'https://search.example/' } as Document;
  return { location, document, navigator: { language: 'de-DE', userAgent: 'Browser/1' } as Navigator };
};

describe('contextOf', () => {
  it('says where the visitor is, and how', () => {
    expect(contextOf(pageAt('https://shop.example/cart?x=1#top'))).toEqual({
      library: { name: 'heddle.js', version: '1' },
      page: {
        url: 'https://shop.example/cart?x=1#top',
        path: '/cart',
        search: '?x=1',
        referrer: 'https://search.example/',
        title: 'Shop',
      },
      userAgent: 'Browser/1',
      locale: 'de-DE',
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    });
  });

  it('says which campaign the address names, and only what it names', () => {
    const { campaign } = contextOf(pageAt('https://shop.example/?utm_source=news&utm_campaign=spring&utm_term='));
    expect(campaign).toEqual({ source: 'news', name: 'spring' });
  });
});
