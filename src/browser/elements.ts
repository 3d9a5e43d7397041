const styleId = 'heddle-audiences';

/** Whether the page has elements for some audiences only: it says so by a style element of that id. */
export const hasElements = (): boolean => document.getElementById(styleId) !== null;

/**
 * Shows and hides by one rule instead of element by element, so that what a script adds later follows too, and what an element looks like otherwise
 * stays its own affair.
 */
export function show(audiences: readonly string[]): void {
  const style = document.getElementById(styleId);
  if (style) style.textContent = ruleFor(audiences);
}

/** Hides what is for members of other audiences, and what is not for members of these. */
export function ruleFor(audiences: readonly string[]): string {
  const keys = audiences.filter((key) => /^[\w-]+$/.test(key));
  const others = keys.map((key) => `:not([data-heddle-audience~="${key}"])`).join('');
  const hidden = [`[data-heddle-audience]${others}`, ...keys.map((key) => `[data-heddle-not-audience~="${key}"]`)];
  return `${hidden.join()}{display:none!important}`;
}
