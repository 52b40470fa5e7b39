import type { WantedStamps } from "../../source/pictures-by-stamp.ts";
import { EARLY_SEC, PlaceJumps } from "../../source/place-jumps.ts";
import type { ReadFrame } from "../read/read-record.ts";
import type { RecordingReader } from "../read/recording-reader.ts";

/** A picture of the source that is wanted, times in seconds since the recording's beginning. */
export interface RecordedPicture {
	/** Time stamp of the picture in its source. */
	readonly stampSec: number;
	/** Time at which it is shown. */
	readonly atSec: number;
	/** Time at which its packet had been read. */
	readonly readSec: number;
	/** The view of a viewer that was drawn from it; `undefined`: nobody's is followed. */
	readonly frame: ReadFrame | undefined;
}

/** The recorded pictures of the source in the order of their times, from any time on. */
export class RecordedPictures implements WantedStamps {
	readonly jumped = new PlaceJumps(0);
	readonly #open: (startSec: number) => AsyncGenerator<RecordedPicture, void>;
	readonly #restarts: () => boolean;
	#pictures: AsyncGenerator<RecordedPicture, void> | undefined;
	/** A picture was shown since the last beginning. */
	#hasShown = false;
	#present: RecordedPicture | undefined;

	/**
	 * @param open reads them from a time on.
	 * @param restarts called at the end. @returns true to begin again.
	 */
	constructor(open: (startSec: number) => AsyncGenerator<RecordedPicture, void>, restarts: () => boolean) {
		this.#open = open;
		this.#restarts = restarts;
	}

	get present(): RecordedPicture | undefined {
		return this.#present;
	}

	get stampSec(): number | undefined {
		return this.#present?.stampSec;
	}

	/** The present picture is shown. */
	shown(): void {
		this.#hasShown = true;
	}

	async advance(): Promise<void> {
		const placeSec = this.jumped.begin();
		if (placeSec !== undefined || this.#pictures === undefined)
			await this.#begin(Math.max(0, (placeSec ?? 0) - EARLY_SEC));
		this.#present = await this.#next();
		// A file that has none of the pictures would be looked through again and again.
		if (this.#present === undefined && this.#hasShown && this.#restarts()) {
			this.#hasShown = false;
			await this.#begin(0);
			this.#present = await this.#next();
		}
		if (this.#present === undefined) await this.close();
	}

	async close(): Promise<void> {
		await this.#pictures?.return();
		this.#pictures = undefined;
	}

	async #begin(startSec: number): Promise<void> {
		await this.close();
		this.#pictures = this.#open(startSec);
	}

	async #next(): Promise<RecordedPicture | undefined> {
		return (await this.#pictures?.next())?.value ?? undefined;
	}
}

/** Gives the pictures of the source that a viewer was shown views of. */
export async function* picturesOfViewer(
	recording: RecordingReader,
	viewer: string,
	startSec: number,
): AsyncGenerator<RecordedPicture, void> {
	const choice = { types: ["frame"], viewers: [viewer], video: false, startSec } as const;
	for await (const record of recording.records(choice)) {
		if (record.type !== "frame") continue;
		const { stampSec = Number.NaN, stages } = record.packet;
		const atSec = stages.drawStartSec;
		if (!Number.isNaN(stampSec)) yield { stampSec, atSec, readSec: atSec, frame: record };
	}
}

/**
 * Gives the pictures of the source as their packets were read. Those between two key frames are
 * sorted: they may be decoded before others that are shown earlier.
 */
export async function* picturesOfPackets(
	recording: RecordingReader,
	startSec: number,
): AsyncGenerator<RecordedPicture, void> {
	let group: { readonly stampSec: number; readonly atSec: number }[] = [];
	const sorted = () => {
		const times = group.map(({ atSec }) => atSec).sort((a, b) => a - b);
		const pictures = group.sort((a, b) => a.stampSec - b.stampSec);
		group = [];
		return pictures.map(({ stampSec, atSec: readSec }, index) => {
			const atSec = times[index]!;
			return { stampSec, atSec, readSec: Math.max(atSec, readSec), frame: undefined };
		});
	};
	for await (const record of recording.records({ types: ["source-packet"], startSec })) {
		if (record.type !== "source-packet") continue;
		const { keyframe, stampSec } = record.packet;
		if (keyframe || group.length >= MOST_GROUPED) yield* sorted();
		if (!Number.isNaN(stampSec)) group.push({ stampSec, atSec: record.atSec });
	}
	yield* sorted();
}

/** Packets that wait for the next key frame, at most. */
const MOST_GROUPED = 1000;
