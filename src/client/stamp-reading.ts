import type { FrameMessage } from "../protocol/frame-message.ts";
import type { PictureStamps } from "./reprojection/picture-stamps.ts";

/** The parts that a `StampReading` needs of its connection. */
export interface StampReadingOptions {
	/**
	 * Asks the server for stamps, and makes another connection, whose receiver is given to
	 * `receiverMade`.
	 */
	readonly renew: () => void;
	/** Takes the message of each picture that has a stamp. */
	readonly onStamp: (message: FrameMessage) => void;
}

/**
 * Reads messages out of the pictures of a connection once they are wanted, in the next session and
 * in all later ones. The code is loaded then.
 */
export class StampReading {
	readonly #options: StampReadingOptions;
	#receiver: RTCRtpReceiver | undefined;
	/** Receivers whose stamps are read. */
	readonly #read = new WeakSet<RTCRtpReceiver>();
	#stamps: PictureStamps | undefined;
	#wanted = false;
	#closed = false;

	constructor(options: StampReadingOptions) {
		this.#options = options;
	}

	/** Another connection is being made, with this receiver. */
	receiverMade(receiver: RTCRtpReceiver): void {
		if (this.#stamps === undefined) return;
		this.#stamps.read(receiver);
		this.#read.add(receiver);
	}

	/** The shown stream comes from this receiver. */
	receiving(receiver: RTCRtpReceiver): void {
		this.#receiver = receiver;
		// A connection that was being made when stamps were first wanted.
		if (this.#stamps !== undefined && !this.#read.has(receiver)) this.#options.renew();
	}

	/** Stamps are wanted from now on. */
	begin(): void {
		if (this.#wanted || this.#receiver === undefined || !isH264(this.#receiver)) return;
		this.#wanted = true;
		this.#start().catch((error: unknown) => console.warn("Stamps are not read.", error));
	}

	/** Reads no more. */
	close(): void {
		this.#closed = true;
		this.#stamps?.close();
	}

	async #start(): Promise<void> {
		const { PictureStamps } = await import("./reprojection/picture-stamps.ts");
		const stamps = await PictureStamps.start((message) => this.#options.onStamp(message));
		if (this.#closed) stamps?.close();
		else if (stamps !== undefined) {
			this.#stamps = stamps;
			this.#options.renew();
		}
	}
}

/** Other codecs have no stamps. */
function isH264(receiver: RTCRtpReceiver): boolean {
	return receiver.getParameters().codecs.some(({ mimeType }) => mimeType.toLowerCase() === "video/h264");
}
