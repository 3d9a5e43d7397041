// Written by `heddle types pull`: what it has learned is written over.
import { wordsOf } from 'heddle/code';

export interface Workspace {
  readonly events: {
    readonly 'Account Created': {
      readonly 'plan': string;
    };
    readonly 'Cart Started': {
      readonly 'cart_id': string;
      readonly 'total': number;
    };
    readonly 'Feature Activated': {
      readonly 'feature': string;
    };
    readonly 'Offer Clicked': {
      readonly 'offer': string;
    };
    readonly 'Order Completed': {
      readonly 'cart_id': string;
      readonly 'currency': string;
      readonly 'order_id': string;
      readonly 'products': unknown;
      readonly 'revenue': number;
    };
    readonly 'Product Viewed': {
      readonly 'category': string;
      readonly 'product_id': string;
    };
    readonly 'identify': object;
  };
  readonly traits: {
    readonly 'email': string;
    readonly 'first_name': string;
    readonly 'lead_score': number;
    readonly 'ltv': number;
    readonly 'status': string;
    readonly 'tier': string;
  };
}

export const { event, trait } = wordsOf<Workspace>();
