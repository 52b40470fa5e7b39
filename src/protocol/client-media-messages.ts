import * as z from "zod/mini";

const TEXT_MAX = 200;
const LIST_MAX = 32;
const text = z.string().check(z.maxLength(TEXT_MAX));

/** `media` of a welcome. */
export const mediaTerms = z.object({
	/** Kinds that this client may send: `audio`, `video`, and perhaps later ones. */
	takes: z.array(text).check(z.maxLength(LIST_MAX)),
	/** Kinds that other viewers get who ask for them: `audio`, and perhaps later ones. */
	relays: z.optional(z.array(text).check(z.maxLength(LIST_MAX))),
});

/** The media of clients that a server takes, and relays to others. */
export type MediaTerms = z.infer<typeof mediaTerms>;
