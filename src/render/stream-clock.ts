import { AV_NOPTS_VALUE } from "node-av/constants";
import type { LibavInput } from "../source/libav-input.ts";
import type { TimedPicture } from "../source/picture-reader.ts";
import type { PictureTime } from "./render-protocol.ts";

/** Times of pictures in the output, from those of the source. */
export class StreamClock {
	/** Time stamp that becomes 0. */
	readonly originSec: number;
	readonly #firstSec: number;
	readonly #tickSec: number;

	/** @param firstSec time of the first picture that is read. */
	constructor(input: LibavInput, startSec: number, firstSec: number) {
		this.#tickSec = input.tickSec;
		// Without a start, tracks keep the times at which they begin in the container.
		const { startTime } = input.format;
		const containerSec = startTime === AV_NOPTS_VALUE ? input.startSec : Number(startTime) / 1e6;
		this.originSec = startSec > 0 ? firstSec : Math.min(containerSec, firstSec);
		this.#firstSec = startSec > 0 ? input.startSec : firstSec;
	}

	/** Time since the first picture of the source. */
	offsetSec({ mediaSec }: TimedPicture): number {
		return mediaSec - this.#firstSec;
	}

	/** Time of a picture in the output. */
	timeOf(picture: TimedPicture): PictureTime {
		const ticks = (sec: number) => Math.round(sec / this.#tickSec);
		return {
			ticks: ticks(picture.mediaSec - this.originSec),
			durationTicks: picture.durationSec > 0 ? ticks(picture.durationSec) : 0,
			sourceSec: this.offsetSec(picture),
		};
	}
}
