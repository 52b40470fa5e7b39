import type { EncoderChoice } from "../../encoder/video-encoder.ts";
import { monotonicSec } from "../../media/clock.ts";
import type { EncodedPacket } from "../../media/encoded-packet.ts";
import type { Quaternion } from "../../media/rotation.ts";
import { TokenBucket } from "../../media/token-bucket.ts";
import type { CameraStatement, CamerasMessage, CameraWish } from "../../protocol/camera-messages.ts";
import type { ViewerSession } from "../../session/viewer-session.ts";
import type { Camera } from "./camera.ts";
import type { CameraList } from "./camera-list.ts";
import { CameraTrack } from "./camera-track.ts";
import { sharedRates } from "./shared-rate.ts";

/** Options of `ViewerCameras`. */
export interface ViewerCamerasOptions {
	/** Borrowed. */
	readonly session: ViewerSession;
	/** The server's that the viewer may see. Borrowed. */
	readonly cameras: readonly Camera[];
	/** Those of viewers; its own is not shown to it. Borrowed. @default none */
	readonly relayed?: CameraList | undefined;
	readonly encoder: EncoderChoice;
	/** Sends the states to the client. */
	readonly send: (message: CamerasMessage) => void;
	/** A picture of a camera has left. */
	readonly onSent: (name: string, packet: EncodedPacket) => void;
	readonly onNotice: (message: string) => void;
}

/** Statements to one client in a second, and at once: viewers' cameras may change all the time. */
const STATEMENTS_PER_SEC = 4;
const STATEMENTS_AT_ONCE = 8;
/** Interval at which the rates of the cameras are divided anew. */
const DIVIDE_MS = 500;

/** A camera that is shown, and the stream that shows it. */
interface ShownCamera {
	readonly camera: Camera;
	readonly track: CameraTrack;
}

/** The cameras that one viewer sees beside its view: those that its client has asked for. */
export class ViewerCameras {
	readonly #options: ViewerCamerasOptions;
	/** The cameras that are shown, by the name of their section (`a=mid`). */
	readonly #shown = new Map<string, ShownCamera>();
	readonly #stopListening: readonly (() => void)[];
	/** Stop listening to each camera. */
	readonly #stopOf = new Map<Camera, readonly (() => void)[]>();
	/** The client's wishes; `undefined`: it knows nothing of cameras. */
	#wishes: readonly CameraWish[] | undefined;
	#totalBps = 0;
	#worldFromView: Quaternion | undefined;
	#timer: NodeJS.Timeout | undefined;
	#isPaused = false;
	#isDue = false;
	readonly #statements = new TokenBucket(STATEMENTS_PER_SEC, STATEMENTS_AT_ONCE);
	#statementTimer: NodeJS.Timeout | undefined;
	#isEnded = false;

	constructor(options: ViewerCamerasOptions) {
		this.#options = options;
		const { session, relayed } = options;
		this.#stopListening = [
			session.on("cameraKeyframe", (mid) => this.#shown.get(mid)?.track.requestKeyframe()),
			session.on("cameraBackPressure", (mid, behind) => {
				const shown = this.#shown.get(mid);
				if (shown !== undefined) shown.track.behind = behind;
			}),
			session.on("camerasBitrate", (bitrateBps) => {
				this.#totalBps = bitrateBps;
				this.#divide();
			}),
			session.on("cameraFrameSent", (mid, packet) => {
				const name = this.#shown.get(mid)?.camera.name;
				if (name !== undefined) options.onSent(name, packet);
			}),
			session.on("camerasChanged", () => this.#follow()),
			...(relayed ? [relayed.events.on("change", () => this.#listChanged())] : []),
		];
		this.#listen();
	}

	/** Names of the server's, which a welcome states: they stay. */
	get names(): string[] {
		return this.#options.cameras.map(({ name }) => name);
	}

	/** Shows these cameras, and no others. @param wishes of a hello. */
	wish(wishes: readonly CameraWish[] | undefined): void {
		this.#wishes = wishes;
		this.#follow();
		this.#stateSoon();
	}

	/** Makes the next pictures of those that are drawn key frames. */
	requestKeyframe(): void {
		for (const { track } of this.#shown.values()) track.requestKeyframe();
	}

	/** The viewer looks elsewhere: spheres turn with it. */
	turn(worldFromView: Quaternion): void {
		this.#worldFromView = worldFromView;
		for (const { track } of this.#shown.values()) track.turn(worldFromView);
	}

	/** The client is silent: nothing is sent. */
	set paused(paused: boolean) {
		this.#isPaused = paused;
		for (const { track } of this.#shown.values()) track.paused = paused;
	}

	end(): void {
		this.#isEnded = true;
		clearInterval(this.#timer);
		clearTimeout(this.#statementTimer);
		for (const stop of [...this.#stopListening, ...[...this.#stopOf.values()].flat()]) stop();
		for (const { track } of this.#shown.values()) track.end();
		this.#shown.clear();
	}

	/** All that the viewer may see now. */
	get #all(): readonly Camera[] {
		const { session, cameras, relayed } = this.#options;
		return [...cameras, ...(relayed?.all.filter(({ owner }) => owner?.id !== session.id) ?? [])];
	}

	#listChanged(): void {
		this.#listen();
		this.#follow();
		this.#stateSoon();
	}

	/** Follows the states of all cameras that are there. */
	#listen(): void {
		const all = this.#all;
		for (const [camera, stops] of this.#stopOf) {
			if (all.includes(camera)) continue;
			for (const stop of stops) stop();
			this.#stopOf.delete(camera);
		}
		for (const camera of all) {
			if (this.#stopOf.has(camera)) continue;
			const { events } = camera.runner;
			const state = () => this.#stateSoon();
			this.#stopOf.set(camera, [events.on("state", state), events.on("started", state)]);
		}
	}

	/** Shows what is wished for, where there is such a camera and such a stream. */
	#follow(): void {
		if (this.#isEnded) return;
		const { session } = this.#options;
		const cameras = this.#all;
		const wanted = new Map((this.#wishes ?? []).map(({ mid, name }) => [mid, name]));
		for (const [mid, { camera, track }] of this.#shown) {
			const isWanted = wanted.get(mid) === camera.name && cameras.includes(camera);
			const stays = isWanted && session.cameras.some((stream) => stream.mid === mid);
			if (stays) continue;
			track.end();
			this.#shown.delete(mid);
		}
		for (const stream of session.cameras) {
			const camera = cameras.find(({ name }) => name === wanted.get(stream.mid));
			// Each has one section: another one would cost as much again and show the same.
			const isShown = [...this.#shown.values()].some((each) => each.camera === camera);
			if (camera === undefined || isShown || this.#shown.has(stream.mid)) continue;
			const track = new CameraTrack({
				camera,
				stream,
				encoder: this.#options.encoder,
				send: (packet) => session.sendCamera(stream.mid, packet),
				onChange: () => this.#stateSoon(),
				onNotice: this.#options.onNotice,
			});
			track.paused = this.#isPaused;
			if (this.#worldFromView !== undefined) track.turn(this.#worldFromView);
			this.#shown.set(stream.mid, { camera, track });
		}
		this.#divide();
		if (this.#shown.size > 0) this.#timer ??= setInterval(() => this.#divide(), DIVIDE_MS).unref();
	}

	#divide(): void {
		const tracks = [...this.#shown.values()].map(({ track }) => track);
		const demands = tracks.map(({ demandBps }) => demandBps);
		const rates = sharedRates(this.#totalBps, demands);
		const leftBps = this.#totalBps - rates.reduce((sum, rateBps) => sum + rateBps, 0);
		// What nobody needs is room for each of them.
		for (const [index, track] of tracks.entries()) track.rateBps = rates[index]! + leftBps;
	}

	/** Sends the states once for all changes of a moment, to a client that knows of cameras. */
	#stateSoon(): void {
		if (this.#isDue || this.#wishes === undefined) return;
		this.#isDue = true;
		queueMicrotask(() => this.#state());
	}

	#state(): void {
		if (this.#isEnded) return;
		if (!this.#statements.take(monotonicSec(), 1)) {
			this.#statementTimer = setTimeout(() => this.#state(), 1000 / STATEMENTS_PER_SEC).unref();
			return;
		}
		this.#isDue = false;
		this.#options.send({ type: "cameras", cameras: this.#all.map((each) => this.#statementOf(each)) });
	}

	#statementOf(camera: Camera): CameraStatement {
		const { name, state, owner } = camera;
		const [mid, shown] = [...this.#shown].find(([, each]) => each.camera === camera) ?? [];
		const { name: stateName, ...details } = state;
		const { way, size, limit } = shown?.track ?? {};
		return {
			name,
			...(owner && { viewer: owner.number }),
			...(owner?.label !== undefined && { label: owner.label }),
			...(mid !== undefined && { mid }),
			state: stateName,
			...details,
			...(size && { width: size.width, height: size.height }),
			...(way && { sent: way }),
			...(limit !== undefined && limit !== "none" && { limit }),
		};
	}
}
