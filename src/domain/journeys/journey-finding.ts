import type { Finding } from '../audiences/condition-kind';

export const severities = ['error', 'warning'] as const;

/** Something to put right in a journey. Errors stop publishing. */
export interface JourneyFinding extends Finding {
  readonly severity: (typeof severities)[number];
}

export function error(code: string, path: string, message: string, suggestion: string): JourneyFinding {
  return { code, severity: 'error', path, message, suggestion };
}

export function warning(code: string, path: string, message: string, suggestion: string): JourneyFinding {
  return { code, severity: 'warning', path, message, suggestion };
}
