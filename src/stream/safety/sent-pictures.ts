import type { StageTimes } from "../../media/encoded-packet.ts";

/** Pictures that are remembered: 17 s of them at 60 a second. */
const MOST_PICTURES = 1024;

/** Remembers of the pictures that one viewer was sent how old their world is. */
export class SentPictures {
	/** Time of the world by RTP time, the oldest first. */
	readonly #worldSec = new Map<number, number>();

	/** A picture was sent. */
	add(rtpTicks: number, stages: StageTimes): void {
		const pictures = this.#worldSec;
		pictures.delete(rtpTicks);
		pictures.set(rtpTicks, worldSecOf(stages));
		const [oldest] = pictures.keys();
		if (pictures.size > MOST_PICTURES && oldest !== undefined) pictures.delete(oldest);
	}

	/**
	 * Time of the world in a picture, seconds on the server's clock; NaN for one that is not known.
	 */
	worldSec(rtpTicks: number | undefined): number {
		return rtpTicks === undefined ? Number.NaN : (this.#worldSec.get(rtpTicks) ?? Number.NaN);
	}

	/** Age of the world in a picture at `atSec`, milliseconds; NaN for one that is not known. */
	ageMs(rtpTicks: number | undefined, atSec: number): number {
		return (atSec - this.worldSec(rtpTicks)) * 1000;
	}
}

/** The time of the capture where the source knows it, else that of the decoded picture. */
function worldSecOf({ capturedSec, panoramaReadySec }: StageTimes): number {
	return Number.isNaN(capturedSec) ? panoramaReadySec : Math.min(capturedSec, panoramaReadySec);
}
