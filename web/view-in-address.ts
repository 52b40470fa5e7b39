import { longSideFovDeg, type ViewControls } from "../src/client/index.ts";
import { anglesFromQuaternion } from "../src/media/rotation.ts";
import { fragmentWith, type LinkedView, viewOfFragment } from "./view-link.ts";
import type { WindowView } from "./window-view.ts";

/** Browsers refuse a page that changes its address more often than about 100 times in 30 s. */
const WRITE_EVERY_MS = 1_000;

/**
 * Looks where the link says that opened the page, and keeps the present view in the page's address,
 * so that a reload goes on with it.
 */
export class ViewInAddress {
	readonly #controls: ViewControls;
	#timer: ReturnType<typeof setTimeout> | undefined;

	/**
	 * @param onTime called with the time of a link, seconds.
	 * @param isOwn returns false during a look that is not the viewer's own.
	 */
	constructor(
		controls: ViewControls,
		windowView: WindowView,
		onTime: (timeSec: number) => void,
		isOwn: () => boolean,
	) {
		this.#controls = controls;
		const follow = () => {
			const view = viewOfFragment(location.hash);
			windowView.linked = view;
			if (view.timeSec !== undefined) onTime(view.timeSec);
		};
		follow();
		// A link to another view of this page does not load it again.
		addEventListener("hashchange", follow);
		controls.on("look", () => {
			if (isOwn()) this.#timer ??= setTimeout(() => this.#write(), WRITE_EVERY_MS);
		});
		// The last moments before a reload.
		addEventListener("pagehide", () => this.#timer !== undefined && this.#write());
	}

	/** The present view, as a link states it. */
	get view(): LinkedView {
		const { orientation, screen, fovDeg, lens } = this.#controls.model;
		const { yawDeg, pitchDeg } = anglesFromQuaternion(orientation);
		return { yawDeg, pitchDeg, fovDeg: longSideFovDeg(screen, fovDeg, lens) };
	}

	#write(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		const { isHome } = this.#controls.model;
		const fragment = fragmentWith(location.hash, isHome ? undefined : this.view);
		try {
			history.replaceState(history.state, "", location.pathname + location.search + fragment);
		} catch {
			// Other code has changed the address too often. The next movement tries again.
		}
	}
}
