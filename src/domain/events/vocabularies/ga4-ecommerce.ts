import type { EventKind } from '../event';

/** How one GA4 event is told in the words of Segment's e-commerce specification (v2). */
export interface Ga4Event {
  /** The name it gets; absent for `kind`. */
  readonly event?: string;
  readonly kind?: Exclude<EventKind, 'track'>;
  /** About one product: the fields of its first item are properties of the event too. */
  readonly isOfOneProduct?: true;
  /** Parameters with a name of their own in this event, before those every event has. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/**
 * GA4's recommended e-commerce events ("Recommended events" of the GA4 reference) → Segment's ("Spec: V2 Ecommerce Events"). Events that
 * are not here keep their names, and so do parameters.
 */
export const ga4Events: Readonly<Record<string, Ga4Event>> = {
  view_item_list: { event: 'Product List Viewed', parameters: { item_list_name: 'category' } },
  select_item: { event: 'Product Clicked', isOfOneProduct: true },
  view_item: { event: 'Product Viewed', isOfOneProduct: true },
  add_to_wishlist: { event: 'Product Added to Wishlist', isOfOneProduct: true },
  add_to_cart: { event: 'Product Added', isOfOneProduct: true },
  remove_from_cart: { event: 'Product Removed', isOfOneProduct: true },
  view_cart: { event: 'Cart Viewed' },
  begin_checkout: { event: 'Checkout Started' },
  add_shipping_info: { event: 'Checkout Step Completed' },
  add_payment_info: { event: 'Payment Info Entered' },
  purchase: { event: 'Order Completed', parameters: { value: 'revenue' } },
  refund: { event: 'Order Refunded', parameters: { value: 'total' } },
  view_promotion: { event: 'Promotion Viewed', parameters: { creative_slot: 'position' } },
  select_promotion: { event: 'Promotion Clicked', parameters: { creative_slot: 'position' } },
  search: { event: 'Products Searched' },
  view_search_results: { event: 'Products Searched' },
  share: { event: 'Product Shared', parameters: { method: 'share_via', item_id: 'product_id' } },
  generate_lead: { event: 'Lead Generated' },
  sign_up: { event: 'Signed Up' },
  login: { event: 'Signed In' },
  page_view: { kind: 'page' },
  screen_view: { kind: 'screen', parameters: { screen_name: 'name' } },
};

/** Parameters of any event. */
export const ga4Parameters: Readonly<Record<string, string>> = {
  items: 'products',
  transaction_id: 'order_id',
  shipping_tier: 'shipping_method',
  payment_type: 'payment_method',
  item_list_id: 'list_id',
  item_list_name: 'list',
  search_term: 'query',
  promotion_name: 'name',
  creative_name: 'creative',
  page_location: 'url',
  page_title: 'title',
  page_referrer: 'referrer',
};

/** Fields of one item. */
export const ga4ItemFields: Readonly<Record<string, string>> = {
  item_id: 'product_id',
  item_name: 'name',
  item_brand: 'brand',
  item_category: 'category',
  item_variant: 'variant',
  item_list_id: 'list_id',
  item_list_name: 'list',
  index: 'position',
};
