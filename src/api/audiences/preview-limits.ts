/** Up to how many profiles everybody is asked, and beyond it how many, in about what time. */
export const previewLimits = { askedAll: 5_000, sampled: 1_000, sampleMs: 300 } as const;
