import type { FrameMessage } from "../../protocol/frame-message.ts";
import { frameStampOf } from "../../protocol/frame-stamp.ts";

/**
 * The worker's program. It hands each encoded picture on to the decoder, and copies the first bytes
 * of it, where a stamp is. It has no file of its own, so that no bundler has to know of it, and a
 * library from another origin may start it.
 */
const WORKER = `
onrtctransform = async ({ transformer: { readable, writable } }) => {
	const reader = readable.getReader();
	const writer = writable.getWriter();
	for (;;) {
		const { value, done } = await reader.read();
		if (done) return;
		let head;
		try {
			head = value.data.slice(0, 4096);
		} catch {}
		writer.write(value).catch(() => {});
		if (head) postMessage(head, [head]);
	}
};
postMessage("ready");
`;

/** A receiver of video, with the place for a transform that not every browser has. */
type Receiver = object & { transform?: unknown };

/** `RTCRtpScriptTransform`, where there is one (W3C, WebRTC Encoded Transform). */
type ScriptTransform = new (worker: Worker) => object;

/** Reads the stamps in the pictures of receivers, in a worker, on their way to the decoder. */
export class PictureStamps {
	readonly #worker: Worker;
	readonly #Transform: ScriptTransform;

	private constructor(worker: Worker, Transform: ScriptTransform, onStamp: (message: FrameMessage) => void) {
		this.#worker = worker;
		this.#Transform = Transform;
		worker.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
			const message = frameStampOf(new Uint8Array(data));
			if (message !== undefined) onStamp(message);
		};
	}

	/**
	 * Starts the worker. Pictures would wait for one that does not run yet.
	 *
	 * @param onStamp takes the message of each picture that has a stamp.
	 * @returns `undefined` in browsers without `RTCRtpScriptTransform`, and in pages whose content
	 * security policy has no `worker-src blob:`.
	 */
	static async start(onStamp: (message: FrameMessage) => void): Promise<PictureStamps | undefined> {
		const { RTCRtpScriptTransform } = globalThis as { RTCRtpScriptTransform?: ScriptTransform };
		if (RTCRtpScriptTransform === undefined) return undefined;
		const worker = await startWorker();
		return worker && new PictureStamps(worker, RTCRtpScriptTransform, onStamp);
	}

	/**
	 * Reads the pictures of a receiver that was just made: Chromium passes a transform over that
	 * comes later.
	 */
	read(receiver: Receiver): void {
		receiver.transform = new this.#Transform(this.#worker);
	}

	/** Ends the worker. The receivers must have ended before. */
	close(): void {
		this.#worker.terminate();
	}
}

/** @returns the running worker; `undefined` where the page's policy forbids it. */
function startWorker(): Promise<Worker | undefined> {
	const url = URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" }));
	return new Promise<Worker | undefined>((resolve) => {
		const worker = new Worker(url, { name: "panogaze-stamps" });
		worker.onmessage = () => resolve(worker);
		worker.onerror = () => resolve(undefined);
	})
		.catch(() => undefined)
		.finally(() => URL.revokeObjectURL(url));
}
