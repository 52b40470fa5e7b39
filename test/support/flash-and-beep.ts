// A clip that flashes and beeps at known times, and a page that measures when it does.
import type { Page } from "playwright-core";
import type { PanogazeConnection } from "../../src/client/index.ts";
import { makeClip } from "./clips.ts";
import { clipWithSound, toneSamples } from "./sound-clips.ts";

const SECONDS = 4;
/** Time between two beginnings of a flash and its beep, seconds. */
const PERIOD_SEC = 0.5;

/** Path of the clip: the first picture of each flash and the first sample of its beep are one. */
export async function flashAndBeepClip(): Promise<string> {
	const clip = await makeClip({
		...{ width: 256, height: 128, frames: SECONDS * 30, rate: 30 },
		draw: ({ planes: [luma, ...chroma] }, frame) => {
			luma.fill(frame % 15 < 7 ? 200 : 40);
			for (const plane of chroma) plane.fill(128);
		},
	});
	// A hum between the beeps, so that sound never rests.
	const beeps = toneSamples(1000, SECONDS, (sec) => (sec % PERIOD_SEC < 0.06 ? 0.5 : 0));
	const hum = toneSamples(60, SECONDS, () => 0.001);
	const channel = beeps.map((sample, index) => sample + hum[index]!);
	return clipWithSound(clip, { channels: [channel, channel], codec: "pcm_s16le", container: "mov" });
}

/** Beginnings of beeps and flashes, milliseconds on the page's clock. */
interface Onsets {
	readonly beepsMs: readonly number[];
	readonly flashesMs: readonly number[];
}

interface MeasuringPage {
	readonly panogaze: { readonly connection: PanogazeConnection };
	onsets: Onsets;
}

/**
 * Begins to measure in a page of panogaze whose sound is on. A beep begins when its first sample
 * leaves the audio device: by `AudioContext.getOutputTimestamp`, which the device's latency is part
 * of. A flash begins at the `expectedDisplayTime` of the first picture that is bright. The page's
 * policy must let worklets in (`bypassCSP`).
 */
export async function measureOnsets(page: Page): Promise<void> {
	await page.evaluate(async () => {
		const here = window as unknown as MeasuringPage;
		const [beepsMs, flashesMs]: [number[], number[]] = [[], []];
		here.onsets = { beepsMs, flashesMs };
		const context = new AudioContext({ sampleRate: 48_000 });
		const program = `registerProcessor("onsets", class extends AudioWorkletProcessor {
			quiet = 0;
			process([[samples = []]]) {
				for (const [index, sample] of samples.entries()) {
					const isLoud = Math.abs(sample) > 0.05;
					if (isLoud && this.quiet > 4800) this.port.postMessage((currentFrame + index) / sampleRate);
					this.quiet = isLoud ? 0 : this.quiet + 1;
				}
				return true;
			}
		});`;
		await context.audioWorklet.addModule(URL.createObjectURL(new Blob([program], { type: "text/javascript" })));
		const worklet = new AudioWorkletNode(context, "onsets");
		worklet.port.onmessage = ({ data }) => {
			const { contextTime, performanceTime } = context.getOutputTimestamp();
			beepsMs.push(performanceTime! + (data - contextTime!) * 1000);
		};
		const stream = new MediaStream([here.panogaze.connection.sound.track!]);
		context.createMediaStreamSource(stream).connect(worklet).connect(context.destination);
		const video = document.querySelector("video")!;
		const canvas = new OffscreenCanvas(4, 4).getContext("2d", { willReadFrequently: true })!;
		let wasBright = true;
		const look: VideoFrameRequestCallback = (_now, { expectedDisplayTime }) => {
			canvas.drawImage(video, 0, 0, 4, 4);
			const isBright = canvas.getImageData(0, 0, 4, 4).data[20]! > 120;
			if (isBright && !wasBright) flashesMs.push(expectedDisplayTime);
			wasBright = isBright;
			video.requestVideoFrameCallback(look);
		};
		video.requestVideoFrameCallback(look);
	});
}

/** Times from flashes to their beeps, milliseconds; negative: the beep came first. */
export async function beepsAfterFlashesMs(page: Page): Promise<number[]> {
	const { beepsMs, flashesMs } = await page.evaluate(() => (window as unknown as MeasuringPage).onsets);
	return flashesMs
		.map((flashMs) => beepsMs.reduce((best, ms) => nearer(best, ms - flashMs), Number.POSITIVE_INFINITY))
		.filter((differenceMs) => Math.abs(differenceMs) < (PERIOD_SEC * 1000) / 2);
}

const nearer = (a: number, b: number) => (Math.abs(b) < Math.abs(a) ? b : a);
