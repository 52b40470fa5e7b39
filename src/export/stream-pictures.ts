import type { Frame } from "node-av/lib";
import type { ViewCodec } from "../media/video-format.ts";
import type { CameraPicture, RowRun } from "./camera-protocol.ts";
import { PictureDecoder } from "./picture-decoder.ts";

/** Size of one eye's part of a picture, pixels, and the number of eyes. */
export type KeptSize = Pick<CameraPicture, "width" | "height" | "eyes">;

/** Decodes the pictures of one stream. A damaged one gives its rows the picture before. */
export class StreamPictures implements Disposable {
	readonly #decoder: PictureDecoder;
	readonly #write: (frame: Frame, kept: KeptSize, run: RowRun) => void;
	readonly #onLost: () => void;
	/** Pictures that the decoder has not given back, by their numbers. */
	readonly #inside = new Map<number, CameraPicture>();
	#pictures = 0;
	/** Rows of pictures that can't be decoded: they show the next one, if none was before. */
	#owed: RowRun[] = [];
	#last: Frame | undefined;
	#lastKept: KeptSize = { width: 0, height: 0, eyes: 1 };

	/**
	 * @param write gets each picture with the rows that show it. It borrows the picture.
	 * @param onLost called for each picture that can't be decoded.
	 * @throws {Error} when this FFmpeg lacks the decoder.
	 */
	constructor(codec: ViewCodec, write: (frame: Frame, kept: KeptSize, run: RowRun) => void, onLost: () => void) {
		this.#decoder = new PictureDecoder(codec);
		this.#write = write;
		this.#onLost = onLost;
	}

	/** Takes the stream's next picture. @throws {Error} when one can't be written. */
	decode(picture: CameraPicture): void {
		const number = this.#pictures++;
		this.#inside.set(number, picture);
		this.#decoder.decode(picture.accessUnit, number, (frame, of) => this.#show(frame, of));
	}

	/** Gives the pictures that are still inside. @throws {Error} when one can't be written. */
	finish(): void {
		this.#decoder.finish((frame, of) => this.#show(frame, of));
		for (const picture of this.#inside.values()) this.#repeat(picture);
		this.#inside.clear();
	}

	[Symbol.dispose](): void {
		this.#decoder[Symbol.dispose]();
		this.#last?.free();
		this.#last = undefined;
	}

	#show(frame: Frame, number: number): void {
		for (const [before, picture] of this.#inside) {
			if (before >= number) break;
			this.#inside.delete(before);
			this.#repeat(picture);
		}
		const picture = this.#inside.get(number);
		if (picture === undefined) return;
		this.#inside.delete(number);
		this.#lastKept = picture;
		for (const run of [...this.#owed, ...picture.runs]) this.#write(frame, picture, run);
		this.#owed = [];
		this.#last?.free();
		this.#last = frame.clone() ?? undefined;
	}

	#repeat({ runs }: CameraPicture): void {
		this.#onLost();
		for (const run of runs) {
			if (this.#last === undefined) this.#owed.push(run);
			else this.#write(this.#last, this.#lastKept, run);
		}
	}
}
