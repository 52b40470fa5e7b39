import type { ConnectionCamera, PanogazeConnection } from "../src/client/index.ts";
import { type CameraPlace, placeWithin } from "./camera-places.ts";
import { element } from "./element.ts";
import { PictureWatch } from "./picture-watch.ts";
import { words, wordsFor } from "./words.ts";

/** Step of the arrow keys, pixels. */
const KEY_STEP = 16;
/** Level of the panel that was touched last: it lies on top. */
let topmost = 0;
/** Directions of the arrow keys. */
const ARROWS: { readonly [key: string]: readonly [number, number] | undefined } = {
	ArrowLeft: [-1, 0],
	ArrowRight: [1, 0],
	ArrowUp: [0, -1],
	ArrowDown: [0, 1],
};

/** One camera beside the view: its video, its name and state, and the handles that move it. */
export class CameraPanel {
	readonly camera: ConnectionCamera;
	readonly #connection: PanogazeConnection;
	readonly #onPlace: (place: CameraPlace) => void;
	readonly #root: HTMLElement;
	readonly #video: HTMLVideoElement;
	readonly #move: HTMLElement;
	readonly #fold: HTMLElement;
	readonly #size: HTMLElement;
	readonly #watch: PictureWatch;
	#place: CameraPlace;
	#moves = false;

	/** @param onPlace called when the person has moved, resized or folded it. */
	constructor(
		camera: ConnectionCamera,
		connection: PanogazeConnection,
		place: CameraPlace,
		onPlace: (place: CameraPlace) => void,
	) {
		this.camera = camera;
		this.#connection = connection;
		this.#place = place;
		this.#onPlace = onPlace;
		const template = element<HTMLTemplateElement>("#camera-template");
		this.#root = (template.content.cloneNode(true) as DocumentFragment).firstElementChild as HTMLElement;
		this.#video = element<HTMLVideoElement>("video", this.#root);
		this.#move = element(".camera-move", this.#root);
		this.#fold = element(".camera-fold", this.#root);
		this.#size = element(".camera-size", this.#root);
		this.#fold.addEventListener("click", () => this.#placeAt({ ...this.#place, folded: !this.#place.folded }));
		for (const opener of [this.#video, this.#move])
			opener.addEventListener("click", () => this.#root.toggleAttribute("data-open"));
		this.#dragged(this.#move, (x, y) => this.#shift(x, y));
		this.#dragged(this.#size, (x) => this.#widen(x));
		this.#watch = new PictureWatch(this.#video, (moves) => {
			this.#moves = moves;
			this.show();
		});
		element("#cameras").append(this.#root);
		this.fit();
		this.show();
	}

	/** Shows or hides the whole panel. A hidden camera is not sent. */
	set hidden(hidden: boolean) {
		this.#root.hidden = hidden;
		this.camera.enabled = !hidden && !this.#place.folded;
	}

	/** Brings the panel to its place in the present window. */
	fit(): void {
		const { innerWidth: width, innerHeight: height } = window;
		const place = placeWithin(this.#place, { width, height });
		const { style } = this.#root;
		style.setProperty("--x", `${place.x * 100}vw`);
		style.setProperty("--y", `${place.y * 100}vh`);
		style.setProperty("--width", `${place.width * 100}vw`);
	}

	/** Shows the present video and state. */
	show(): void {
		const { track, size } = this.camera;
		const shown = (this.#video.srcObject as MediaStream | null)?.getTracks()[0];
		if (track !== undefined && track !== shown) {
			this.#video.srcObject = new MediaStream([track]);
			this.#video.play().catch(() => undefined);
		}
		if (size !== undefined) this.#root.style.setProperty("--shape", `${size.width} / ${size.height}`);
		this.#watch.stillMs = this.camera.longestGapMs;
		const { folded } = this.#place;
		this.#root.toggleAttribute("data-folded", folded);
		this.#fold.ariaExpanded = String(!folded);
		this.#showName(folded);
		const live = this.camera.live && this.#moves && this.#connection.state.name === "connected";
		this.#root.dataset["live"] = String(live);
		const state = element(".camera-state", this.#root);
		const said = folded ? "" : this.#words(live);
		if (state.textContent !== said) state.textContent = said;
	}

	/** Shows the camera's name for the person, or that of the viewer whose camera it is. */
	#showName(folded: boolean): void {
		const { viewer, name: ownName, label } = this.camera;
		const name = label ?? (viewer === undefined ? ownName : words.cameraOfViewer(String(viewer)));
		const shown = element(".camera-name", this.#root);
		if (shown.textContent !== name) shown.textContent = name;
		this.#root.ariaLabel = words.cameraNamed(name);
		this.#move.ariaLabel = words.cameraMove(name);
		this.#size.ariaLabel = words.cameraResize(name);
		this.#fold.ariaLabel = (folded ? words.cameraUnfold : words.cameraFold)(name);
	}

	/** Ends the panel. */
	remove(): void {
		this.#watch.end();
		this.#video.srcObject = null;
		this.#root.remove();
		this.camera.enabled = false;
	}

	/** The words about a picture that is not live, or has only few pictures. */
	#words(live: boolean): string {
		const { state, statement } = this.camera;
		if (this.#connection.state.name !== "connected") return words.interrupted;
		if (statement?.limit === "paused") return words.cameraPaused;
		if (live) return statement?.limit === "keyframes" ? words.cameraKeyframes : "";
		switch (state) {
			case undefined:
			case "idle":
			case "opening":
				return words.opening;
			case "ended":
				return words.ended;
			case "reconnecting":
			case "failed":
				return statement?.reason === undefined ? words.sourceLostShort : wordsFor(statement.reason);
			case "stalled":
				return words.stalled;
			case "live":
				return words.waitingForVideo;
		}
	}

	/** Moves or resizes it, where it has a place of its own: thumbnails are in a row. */
	#moveTo(place: CameraPlace): void {
		if (getComputedStyle(this.#root).position === "static") return;
		const { innerWidth: width, innerHeight: height } = window;
		this.#placeAt(placeWithin(place, { width, height }));
	}

	#placeAt(place: CameraPlace): void {
		this.#place = place;
		this.camera.enabled = !this.#root.hidden && !this.#place.folded;
		this.fit();
		this.show();
		this.#onPlace(this.#place);
	}

	#shift(x: number, y: number): void {
		const { innerWidth, innerHeight } = window;
		this.#moveTo({ ...this.#place, x: this.#place.x + x / innerWidth, y: this.#place.y + y / innerHeight });
	}

	#widen(x: number): void {
		this.#moveTo({ ...this.#place, width: this.#place.width + x / window.innerWidth });
	}

	/** Follows a pointer that drags a handle, and the arrow keys on it. */
	#dragged(handle: HTMLElement, move: (x: number, y: number) => void): void {
		let last: readonly [number, number] | undefined;
		handle.addEventListener("pointerdown", (event) => {
			handle.setPointerCapture(event.pointerId);
			last = [event.clientX, event.clientY];
			this.#root.style.zIndex = String(++topmost);
		});
		handle.addEventListener("pointermove", ({ clientX, clientY }) => {
			if (last === undefined) return;
			move(clientX - last[0], clientY - last[1]);
			last = [clientX, clientY];
		});
		for (const name of ["pointerup", "pointercancel"] as const)
			handle.addEventListener(name, () => {
				last = undefined;
			});
		handle.addEventListener("keydown", (event) => {
			const arrow = ARROWS[event.key];
			if (arrow === undefined) return;
			move(arrow[0] * KEY_STEP, arrow[1] * KEY_STEP);
			// Arrow keys elsewhere turn the view.
			event.preventDefault();
			event.stopPropagation();
		});
	}
}
