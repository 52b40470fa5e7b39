import {
	type CompleteOptions,
	group,
	type Option,
	type OptionTable,
	refined,
	text,
	wholeNumber,
	withDefault,
} from "../media/option-table.ts";

/** Options of a server's recording for Rerun. */
export interface RecordOptions {
	/**
	 * The folder of the file, which is made if it does not exist. The file's name holds the time of
	 * its beginning (UTC), so that names sort by time.
	 */
	readonly directory: string;
	/**
	 * Bytes that may wait for the disk, and again as many for the thread that writes: a larger
	 * number bridges longer pauses of the disk. Data beyond them is lost and counted, video up to
	 * the next key frame.
	 * @default 64 MiB
	 */
	readonly maxQueuedBytes?: number | undefined;
}

/** Every option of a recording, with its check and its default. */
const RECORD_OPTIONS = {
	directory: text("the folder of the recording"),
	maxQueuedBytes: withDefault(wholeNumber(1 << 20, Number.MAX_SAFE_INTEGER), 64 << 20),
} satisfies OptionTable<RecordOptions>;

/** The options of a recording with every default filled in. */
export type CompleteRecordOptions = CompleteOptions<typeof RECORD_OPTIONS>;

const RECORD_GROUP = group(RECORD_OPTIONS);

/** The option of `serve()`: the folder alone, or an object with it; `undefined`: no recording. */
export const recordOption: Option<CompleteRecordOptions | undefined> = refined(RECORD_GROUP, (value, name) => {
	if (value === undefined) return undefined;
	return RECORD_GROUP(typeof value === "string" ? { directory: value } : value, name);
});
