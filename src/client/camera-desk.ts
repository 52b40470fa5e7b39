import type { CameraStatement, CamerasMessage, CameraWish } from "../protocol/camera-messages.ts";
import type { CameraLine } from "./peer.ts";

/** The parts that a `CameraDesk` needs of its connection. */
export interface CameraDeskOptions {
	/** Returns the sections of the present connection that can show cameras. */
	readonly lines: () => readonly CameraLine[];
	/** Makes another connection that takes the place of the present one without a gap. */
	readonly renew: () => void;
	/** Sends the wishes to the server, in a hello. */
	readonly announce: () => void;
	/** There are other cameras, or a property of one has changed. */
	readonly onChange: () => void;
}

/** Longest time between two pictures of a camera that is live... */
const LONGEST_GAP_MS = 1_200;
/** ...and between its key frames, with which servers draw a camera instead, and a second more. */
const LONGEST_KEYFRAME_GAP_MS = 6_000;

/** A camera beside the view, of `connection.cameras`. It is off until `enabled` is set. */
export class ConnectionCamera {
	/** The server's name of it. */
	readonly name: string;
	readonly #lines: () => readonly CameraLine[];
	readonly #onWish: () => void;
	#statement: CameraStatement | undefined;
	#isEnabled = false;

	/** @internal */
	constructor(name: string, lines: () => readonly CameraLine[], onWish: () => void) {
		this.name = name;
		this.#lines = lines;
		this.#onWish = onWish;
	}

	/** Its pictures are wished for, also of later connections. */
	get enabled(): boolean {
		return this.#isEnabled;
	}
	set enabled(enabled: boolean) {
		if (enabled === this.#isEnabled) return;
		this.#isEnabled = enabled;
		this.#onWish();
	}

	/** Its video; `undefined` while none is sent. A change of the connection brings another one. */
	get track(): MediaStreamTrack | undefined {
		const mid = this.#isEnabled ? this.#statement?.mid : undefined;
		return mid === undefined ? undefined : this.#lines().find((line) => line.mid === mid)?.track;
	}

	/** State of its source; `undefined` before the server has stated it. */
	get state(): CameraStatement["state"] | undefined {
		return this.#statement?.state;
	}

	/** All that the server has stated; `undefined` before, and while there is no connection. */
	get statement(): CameraStatement | undefined {
		return this.#statement;
	}

	/** Size of its pictures, pixels; `undefined` while none is sent. */
	get size(): { readonly width: number; readonly height: number } | undefined {
		const { width, height } = this.#statement ?? {};
		return width === undefined || height === undefined ? undefined : { width, height };
	}

	/** True while new pictures come, as far as the server knows: otherwise the last one is old. */
	get live(): boolean {
		return this.track !== undefined && this.state === "live" && this.#statement?.limit !== "paused";
	}

	/**
	 * A live camera shows another picture within this time, milliseconds; longer where a narrow
	 * path lets key frames alone through. An older picture must not pass for a live one.
	 */
	get longestGapMs(): number {
		return this.#statement?.limit === "keyframes" ? LONGEST_KEYFRAME_GAP_MS : LONGEST_GAP_MS;
	}

	/** @internal */
	stated(statement: CameraStatement | undefined): void {
		this.#statement = statement;
	}
}

/** Time between two attempts at a connection with room for cameras. */
const RENEW_AGAIN_MS = 10_000;

/** The cameras of a connection once the server has named some. */
export class CameraDesk {
	readonly #options: CameraDeskOptions;
	#cameras: ReadonlyMap<string, ConnectionCamera> = new Map();
	/** The wishes that were announced last, as JSON. */
	#announced = "";
	#again: ReturnType<typeof setTimeout> | undefined;

	constructor(options: CameraDeskOptions) {
		this.#options = options;
	}

	/** All cameras by name, in the server's order. */
	get all(): ReadonlyMap<string, ConnectionCamera> {
		return this.#cameras;
	}

	/** Sections of video that a connection needs beside the view's. */
	get linesWanted(): number {
		return [...this.#cameras.values()].some(({ enabled }) => enabled) ? this.#cameras.size : 0;
	}

	/**
	 * The wishes for the next hello; `undefined`: there are no cameras.
	 * @param lines of the connection that says hello.
	 */
	wishes(lines: readonly CameraLine[]): CameraWish[] | undefined {
		if (this.#cameras.size === 0) return undefined;
		const wishes = this.#wishesFor(lines);
		this.#announced = JSON.stringify(wishes);
		return wishes;
	}

	/** The server has named its cameras. */
	welcomed(names: readonly string[]): void {
		const former = this.#cameras;
		if (names.join() !== [...former.keys()].join()) {
			const make = (name: string) => new ConnectionCamera(name, this.#options.lines, () => this.#wished());
			this.#cameras = new Map(names.map((name) => [name, former.get(name) ?? make(name)]));
			this.#options.onChange();
		}
		this.#follow();
	}

	/** The server has stated what it sends. */
	told({ cameras }: CamerasMessage): void {
		for (const camera of this.#cameras.values()) camera.stated(cameras.find(({ name }) => name === camera.name));
		this.#options.onChange();
	}

	/** The connection is over. */
	close(): void {
		clearTimeout(this.#again);
	}

	/** A new session begins: nothing that was stated holds. */
	restart(): void {
		clearTimeout(this.#again);
		this.#announced = "";
		for (const camera of this.#cameras.values()) camera.stated(undefined);
		this.#options.onChange();
	}

	/** Another connection shows the cameras. */
	moved(): void {
		this.#options.onChange();
		this.#follow();
	}

	#wished(): void {
		this.#options.onChange();
		this.#follow();
	}

	#wishesFor(lines: readonly CameraLine[]): CameraWish[] {
		return [...this.#cameras.values()].flatMap(({ enabled, name }, index) => {
			const mid = lines[index]?.mid;
			return enabled && typeof mid === "string" ? [{ name, mid }] : [];
		});
	}

	/** Makes another connection if the present one has no room, and announces other wishes. */
	#follow(): void {
		if (this.#cameras.size === 0) return;
		const lines = this.#options.lines();
		clearTimeout(this.#again);
		if (lines.length < this.linesWanted) {
			this.#options.renew();
			// An attempt may fail, as where a server is full.
			this.#again = setTimeout(() => this.#follow(), RENEW_AGAIN_MS);
		}
		if (JSON.stringify(this.#wishesFor(lines)) !== this.#announced) this.#options.announce();
	}
}
