import { z } from 'zod';

/** One of several shapes; the faults are those of the shape that was meant. */
export const oneOf = <Shapes extends z.ZodType>(shapes: Shapes, meant: (value: unknown) => z.ZodType) =>
  z
    .unknown()
    .superRefine((value, context) => {
      for (const { path, message } of meant(value).safeParse(value).error?.issues ?? [])
        context.addIssue({ code: 'custom', path, message });
    })
    .pipe(shapes);
