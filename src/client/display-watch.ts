import type { DisplayMessage } from "../protocol/control-message.ts";
import type { DisplayMeter } from "./display-meter.ts";

const REPORT_MS = 400;
/** Animation frames that are looked at in a row, and the time until the next look. */
const FRAMES = 20;
const NEXT_LOOK_MS = 5000;

/** Fields of a video frame's callback that not every browser fills in. */
interface PictureMetadata {
	readonly rtpTimestamp?: number | undefined;
	readonly receiveTime?: number | undefined;
	readonly processingDuration?: number | undefined;
	readonly expectedDisplayTime: number;
	readonly presentedFrames: number;
}

/**
 * Watches how the pictures of a video element meet the display's refreshes, and reports it
 * to the server, which then draws in step with the display. Chromium gives every picture's
 * time of arrival and of decoding; where a browser leaves them out, only the display's rate
 * is reported. The meter's code is loaded with the first video.
 */
export class DisplayWatch {
	#meter: DisplayMeter | undefined;
	#loading: Promise<DisplayMeter> | undefined;
	readonly #send: (message: DisplayMessage) => void;
	/** Nothing is reported while true: the pictures are for another display than the page's. */
	paused = false;

	/** @param send sends a report, a few times a second. */
	constructor(send: (message: DisplayMessage) => void) {
		this.#send = send;
	}

	/** The server has announced a picture. */
	announced(rtpTicks: number): void {
		this.#meter?.pictureAnnounced(rtpTicks);
	}

	/** Another connection begins. */
	restart(): void {
		this.#meter?.reset();
	}

	/** Watches `video`. @returns a function that ends it. */
	watch(video: HTMLVideoElement): () => void {
		if (!("requestVideoFrameCallback" in video)) return () => {};
		let ended = false;
		let end = () => {};
		this.#load().then(
			(meter) => {
				if (!ended) end = this.#measure(video, meter);
			},
			(error: unknown) => console.warn("The page's display is not measured.", error),
		);
		return () => {
			ended = true;
			end();
		};
	}

	#load(): Promise<DisplayMeter> {
		this.#loading ??= import("./display-meter.ts").then(({ DisplayMeter }) => {
			this.#meter = new DisplayMeter();
			return this.#meter;
		});
		return this.#loading;
	}

	#measure(video: HTMLVideoElement, meter: DisplayMeter): () => void {
		let callback = 0;
		const shown = (refreshMs: number, metadata: PictureMetadata) => {
			const { rtpTimestamp, receiveTime, processingDuration } = metadata;
			if (rtpTimestamp !== undefined) {
				const readyMs = (receiveTime ?? Number.NaN) + (processingDuration ?? Number.NaN) * 1000;
				meter.pictureShown({
					rtpTicks: rtpTimestamp,
					refreshMs,
					shownMs: metadata.expectedDisplayTime,
					readyMs,
					presented: metadata.presentedFrames,
				});
			}
			callback = video.requestVideoFrameCallback(shown);
		};
		callback = video.requestVideoFrameCallback(shown);
		const stopLooking = lookAtFrames((atMs) => meter.grid.frame(atMs));
		const reports = setInterval(() => {
			const report = meter.report(performance.now());
			if (report !== undefined && !this.paused) this.#send(report);
		}, REPORT_MS);
		return () => {
			video.cancelVideoFrameCallback(callback);
			stopLooking();
			clearInterval(reports);
			meter.reset();
		};
	}
}

/** Calls `onFrame` with some animation frames in a row, again and again. */
function lookAtFrames(onFrame: (atMs: number) => void): () => void {
	let request = 0;
	let left = FRAMES;
	const frame = (atMs: number) => {
		onFrame(atMs);
		if (--left > 0) request = requestAnimationFrame(frame);
	};
	const look = () => {
		cancelAnimationFrame(request);
		left = FRAMES;
		request = requestAnimationFrame(frame);
	};
	look();
	const looks = setInterval(look, NEXT_LOOK_MS);
	return () => {
		clearInterval(looks);
		cancelAnimationFrame(request);
	};
}
