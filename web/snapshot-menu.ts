import type { ViewControls } from "../src/client/index.ts";
import { anglesFromQuaternion } from "../src/media/rotation.ts";
import { lensFovDeg, lensHalfWidth } from "../src/media/viewer-lens.ts";
import { element } from "./element.ts";
import { PopupMenu } from "./popup-menu.ts";
import { showToast } from "./toast.ts";
import type { LinkedView } from "./view-link.ts";
import { words } from "./words.ts";

/** Longest wait for a picture, milliseconds: the server itself waits 10 s for a source. */
const TIMEOUT_MS = 30_000;

/** Parts of the page that a snapshot needs. */
export interface SnapshotSources {
	readonly controls: ViewControls;
	/** Returns the present view. */
	readonly view: () => LinkedView;
	/** Returns the token, if there is one. */
	readonly token: () => string | undefined;
	/** Returns the source's name. */
	readonly sourceName: () => string;
}

/** The menu that saves pictures: of the present view, or of the whole panorama. */
export class SnapshotMenu {
	readonly #sources: SnapshotSources;
	readonly #menu = new PopupMenu("snapshot");
	#saving = false;

	constructor(sources: SnapshotSources) {
		this.#sources = sources;
		element("#snapshot-view").addEventListener("click", () => void this.#save(this.#viewQuery(), "view"));
		element("#snapshot-sphere").addEventListener("click", () => void this.#save("sphere=1", "360"));
	}

	/** The visible part of the view, as the server's parameters state it. */
	#viewQuery(): string {
		const { model } = this.#sources.controls;
		const { screen, lens } = model;
		const { yawDeg, pitchDeg, rollDeg } = anglesFromQuaternion(model.orientation);
		const longest = lensHalfWidth(lens, this.#sources.view().fovDeg ?? model.fovDeg);
		const fovDeg = lensFovDeg(lens, (longest * screen.width) / Math.max(screen.width, screen.height));
		const numbers = {
			yaw: yawDeg,
			pitch: pitchDeg,
			roll: rollDeg,
			fov: fovDeg,
			aspect: screen.width / screen.height,
		};
		const query = new URLSearchParams({ lens });
		for (const [name, value] of Object.entries(numbers)) query.set(name, value.toFixed(4));
		return query.toString();
	}

	async #save(query: string, kind: "view" | "360"): Promise<void> {
		this.#menu.close();
		if (this.#saving) return;
		this.#saving = true;
		showToast(words.snapshotSaving, Number.POSITIVE_INFINITY);
		try {
			download(await this.#fetch(query), snapshotName(this.#sources.sourceName(), kind, new Date()));
			showToast(words.snapshotSaved);
		} catch (error) {
			showToast(error instanceof SnapshotRefusal ? error.message : words.snapshotFailed);
		} finally {
			this.#saving = false;
		}
	}

	/** @throws {SnapshotRefusal} with the server's reason. */
	async #fetch(query: string): Promise<Blob> {
		const token = this.#sources.token();
		const response = await fetch(`snapshot.jpg?${query}`, {
			...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
			signal: AbortSignal.timeout(TIMEOUT_MS),
		});
		if (response.ok) return response.blob();
		const { detail } = (await response.json()) as { readonly detail?: unknown };
		throw new SnapshotRefusal(typeof detail === "string" ? detail : words.snapshotFailed);
	}
}

class SnapshotRefusal extends Error {}

/** A name that every system takes, such as `tour.mp4-2026-11-30T14.05.09-view.jpg`. */
export function snapshotName(sourceName: string, kind: "view" | "360", at: Date): string {
	const source = sourceName.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "");
	const two = (value: number) => String(value).padStart(2, "0");
	const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
	const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(".");
	return `${source.slice(0, 60) || "panogaze"}-${day}T${time}-${kind}.jpg`;
}

function download(picture: Blob, name: string): void {
	const href = URL.createObjectURL(picture);
	const link = Object.assign(document.createElement("a"), { href, download: name });
	link.click();
	// The browser has begun to read it by then.
	setTimeout(() => URL.revokeObjectURL(href), TIMEOUT_MS);
}
