import type { PanogazeConnection } from "../src/client/index.ts";
import { element } from "./element.ts";
import { onPageKeys } from "./page-keys.ts";

/** HTTP status of a server without a live view. */
const NO_CONTENT = 204;

/** The key on the keyboard that shows and hides the panel. */
const KEY = "o";
/** The panel's part of the window, percent, as the page's HTML states it too. */
const LEAST_PERCENT = 25;
const MOST_PERCENT = 75;
const STEP_PERCENT = 5;

/** The live view in Rerun's viewer beside the picture, for those who may record. */
export class RerunPanel {
	readonly #button = element("#rerun-button");
	readonly #panel = element("#rerun");
	readonly #edge = element("#rerun-edge");
	readonly #token: () => string | undefined;
	#percent = 50;

	/** @param token returns the page's token, if there is one. */
	constructor(connection: PanogazeConnection, token: () => string | undefined) {
		this.#token = token;
		this.#button.addEventListener("click", () => this.#show(this.#panel.hidden !== false));
		element("#rerun-close").addEventListener("click", () => this.#close());
		this.#panel.addEventListener("keydown", (event) => {
			// Keys here must not turn the view.
			event.stopPropagation();
			if (event.key === "Escape") this.#close();
		});
		onPageKeys({ [KEY]: () => this.#button.hidden || this.#show(this.#panel.hidden !== false) });
		this.#resizeByHand();
		// The new tab has the language, and as its opener's the token.
		element<HTMLAnchorElement>("#rerun-alone").search = location.search;
		connection.on("welcome", ({ access }) => void this.#offer(access?.includes("record") === true));
	}

	/** Shows the button where the server has a live view that this page may see. */
	async #offer(mayRecord: boolean): Promise<void> {
		const isOffered = mayRecord && (await this.#isThere());
		this.#button.hidden = !isOffered;
		element("#help-rerun").hidden = !isOffered;
		if (!isOffered) this.#show(false);
	}

	async #isThere(): Promise<boolean> {
		const token = this.#token();
		const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
		const asked = fetch("rerun/pass", { method: "POST", headers });
		return asked.then(
			({ ok, status }) => ok && status !== NO_CONTENT,
			() => false,
		);
	}

	#show(show: boolean): void {
		this.#panel.hidden = !show;
		this.#button.ariaPressed = String(show);
		document.body.dataset["beside"] = String(show);
		const place = element("#rerun-viewer");
		// The viewer takes much memory, and the server feeds it: it is there only while it is seen.
		place.replaceChildren(...(show ? [viewerFrame()] : []));
		this.#resize(this.#percent);
	}

	#close(): void {
		this.#show(false);
		this.#button.focus();
	}

	#resize(percent: number): void {
		this.#percent = Math.min(MOST_PERCENT, Math.max(LEAST_PERCENT, percent));
		document.body.style.setProperty("--beside", `${this.#percent}%`);
		this.#edge.ariaValueNow = String(Math.round(this.#percent));
	}

	#resizeByHand(): void {
		const edge = this.#edge;
		edge.addEventListener("pointerdown", (event) => {
			edge.setPointerCapture(event.pointerId);
			this.#panel.dataset["dragged"] = "true";
		});
		edge.addEventListener("pointermove", ({ pointerId, clientX }) => {
			if (edge.hasPointerCapture(pointerId)) this.#resize((1 - clientX / window.innerWidth) * 100);
		});
		edge.addEventListener("lostpointercapture", () => {
			this.#panel.dataset["dragged"] = "false";
		});
		edge.addEventListener("keydown", ({ key }) => {
			if (key === "ArrowLeft") this.#resize(this.#percent + STEP_PERCENT);
			else if (key === "ArrowRight") this.#resize(this.#percent - STEP_PERCENT);
		});
	}
}

function viewerFrame(): HTMLIFrameElement {
	const frame = document.createElement("iframe");
	// The language, and the renderer, of the page's address.
	frame.src = `rerun${location.search}`;
	frame.title = element("#rerun").ariaLabel ?? "";
	return frame;
}
