import type { Data } from './message';

/** Names of a campaign's parts as `context.campaign` has them (Segment docs, Common fields), and as links carry them. */
const campaignParts = {
  name: 'utm_campaign',
  source: 'utm_source',
  medium: 'utm_medium',
  term: 'utm_term',
  content: 'utm_content',
};

/** What a page says of itself, the same for its `page` event and for the context of every event. */
export function pageOf({ location, document }: Pick<Window, 'location' | 'document'>): Data {
  const { href: url, pathname: path, search } = location;
  return { url, path, search, referrer: document.referrer, title: document.title };
}

export function contextOf(page: Pick<Window, 'location' | 'document' | 'navigator'>): Data {
  const query = new URLSearchParams(page.location.search);
  const campaign: Record<string, string> = {};
  for (const [part, name] of Object.entries(campaignParts)) {
    const value = query.get(name);
    if (value) campaign[part] = value;
  }
  return {
    library: { name: 'heddle.js', version: '1' },
    page: pageOf(page),
    userAgent: page.navigator.userAgent,
    locale: page.navigator.language,
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    ...(Object.keys(campaign).length > 0 && { campaign }),
  };
}
