import { ViewControls } from "../src/client/index.ts";
import { element } from "./element.ts";
import { onPageKeys } from "./page-keys.ts";

const ZOOM_STEP = 1.25;

/**
 * The page's buttons and the keys that do the same; the ways into a headset are
 * `EnterButtons`.
 */
export class Toolbar {
	readonly #controls: ViewControls;
	readonly #stats = element("#stats");
	readonly #help = element<HTMLDialogElement>("#help");
	readonly #device = element("#device");

	constructor(controls: ViewControls) {
		this.#controls = controls;
		const buttons: { readonly [selector: string]: () => void } = {
			"#home": () => controls.reset(),
			"#zoom-in": () => controls.zoom(ZOOM_STEP, { eased: true }),
			"#zoom-out": () => controls.zoom(1 / ZOOM_STEP, { eased: true }),
			"#stats-button": () => this.#toggleStats(),
			"#help-button": () => this.#toggleHelp(),
			"#fullscreen": () => this.#toggleFullscreen(),
			"#more-button": () => this.#toggleMore(),
			"#device": () => void this.#toggleDevice(),
		};
		for (const [selector, act] of Object.entries(buttons)) element(selector).addEventListener("click", act);
		this.#device.hidden = !ViewControls.deviceAvailable;
		controls.on("device", (active) => {
			this.#device.ariaPressed = String(active);
		});
		const tools = element("#tools");
		new ResizeObserver(() => {
			element("main").style.setProperty("--tools-width", `${tools.offsetWidth}px`);
			element("main").style.setProperty("--tools-height", `${tools.offsetHeight}px`);
		}).observe(tools);
		element("#fullscreen").hidden = !document.fullscreenEnabled;
		document.addEventListener("fullscreenchange", () => {
			element("#fullscreen").ariaPressed = String(document.fullscreenElement !== null);
		});
		// A click beside the dialog closes it.
		this.#help.addEventListener("click", (event) => event.target === this.#help && this.#help.close());
		document.addEventListener("pointerdown", ({ target }) => {
			const inside = target instanceof Element && target.closest("#more, #more-button") !== null;
			if (!inside) this.#toggleMore(false);
		});
		element("#more").addEventListener("click", ({ target }) => {
			const staysOpen = target instanceof Element && target.closest("[aria-haspopup=menu], #record") !== null;
			if (!staysOpen) this.#toggleMore(false);
		});
		element("#tools").addEventListener("keydown", ({ key }) => {
			if (key === "Escape") this.#toggleMore(false);
		});
		onPageKeys({
			i: () => this.#toggleStats(),
			"?": () => this.#toggleHelp(),
			f: () => this.#toggleFullscreen(),
		});
	}

	/** In narrow windows the lesser tools are behind one button. */
	#toggleMore(open = element("#more-button").ariaExpanded !== "true"): void {
		element("#more-button").ariaExpanded = String(open);
	}

	#toggleStats(): void {
		this.#stats.hidden = !this.#stats.hidden;
		element("#stats-button").ariaPressed = String(!this.#stats.hidden);
	}

	#toggleHelp(): void {
		if (this.#help.open) this.#help.close();
		else this.#help.showModal();
	}

	#toggleFullscreen(): void {
		if (document.fullscreenElement === null) document.documentElement.requestFullscreen?.().catch(() => undefined);
		else void document.exitFullscreen();
	}

	async #toggleDevice(): Promise<void> {
		if (this.#controls.deviceActive) return this.#controls.disableDevice();
		// Without a sensor or a permission the button can do nothing.
		if (!(await this.#controls.enableDevice().catch(() => false))) this.#device.hidden = true;
	}
}
