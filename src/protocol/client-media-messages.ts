import * as z from "zod/mini";

const TEXT_MAX = 200;
const LIST_MAX = 32;
const text = z.string().check(z.maxLength(TEXT_MAX));

/** `media` of a welcome. */
export const mediaTerms = z.object({
	/** Kinds that this client may send: `audio`, `video`, and perhaps later ones. */
	takes: z.array(text).check(z.maxLength(LIST_MAX)),
});
