/** Every question about impact is given up after this long, so that a report never becomes the load. */
export const answerWithinMs = 10_000;

/** Medians and percentiles are exact over at most this many newest rows. */
export const sampleSize = 10_000;

/** How many keys of one workspace a report lists. */
export const listedAtMost = 500;
