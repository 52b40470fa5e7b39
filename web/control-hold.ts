import type { HoldMessage, PanogazeConnection } from "../src/client/index.ts";
import { wordsOfHold, wordsOfNeed } from "../src/client/xr/headset-words.ts";
import { element } from "./element.ts";
import { number, words } from "./words.ts";

/** Interval between two looks whether the picture has changed. */
const LOOK_MS = 100;
/** The key on the keyboard that is held to steer. */
const ENGAGE_KEY = "e";
const PAGE = { words, number };

/**
 * Says why control of a robot is on hold, and has the button and the key that are held to steer,
 * where the server has bounds of control.
 */
export class ControlHold {
	readonly #main = element("main");
	readonly #banner = element("#hold");
	readonly #words = element("#hold-words");
	readonly #help = element("#hold-help");
	readonly #said = element("#hold-said");
	readonly #button = element("#engage");
	readonly #buttonWords = element("#engage-words");
	readonly #connection: PanogazeConnection;
	/** The ways in which the gesture is made at present. */
	readonly #held = new Set<"pointer" | "key" | "button">();
	#seenRtpTicks: number | undefined;
	#seenAtMs = performance.now();

	constructor(connection: PanogazeConnection) {
		this.#connection = connection;
		connection.on("hold", () => this.#render());
		connection.on("welcome", ({ safety }) => {
			this.#button.hidden = safety?.engage !== "hold";
			element("#help-engage").hidden = this.#button.hidden;
			this.#render();
		});
		connection.on("state", ({ name }) => {
			if (name !== "connected" && name !== "interrupted") this.#letGo();
		});
		setInterval(() => this.#look(), LOOK_MS);
		this.#listenToPointer();
		this.#listenToKeys();
		globalThis.addEventListener("blur", () => this.#letGo());
		document.addEventListener("visibilitychange", () => document.hidden && this.#letGo());
	}

	#listenToPointer(): void {
		const button = this.#button;
		button.addEventListener("pointerdown", (event) => {
			if (event.button !== 0) return;
			button.setPointerCapture(event.pointerId);
			this.#hold("pointer", true);
		});
		for (const end of ["pointerup", "pointercancel", "lostpointercapture"])
			button.addEventListener(end, () => this.#hold("pointer", false));
		// A long touch opens no menu here.
		button.addEventListener("contextmenu", (event) => event.preventDefault());
	}

	#listenToKeys(): void {
		const button = this.#button;
		button.addEventListener("keydown", (event) => {
			if (event.key !== " " && event.key !== "Enter") return;
			event.preventDefault();
			event.stopPropagation();
			this.#hold("button", true);
		});
		button.addEventListener("keyup", () => this.#hold("button", false));
		button.addEventListener("blur", () => this.#hold("button", false));
		document.addEventListener("keydown", (event) => {
			const isModified = event.ctrlKey || event.metaKey || event.altKey;
			if (isModified || event.target instanceof HTMLInputElement) return;
			if (event.key.toLowerCase() === ENGAGE_KEY) this.#hold("key", true);
		});
		document.addEventListener("keyup", ({ key }) => {
			if (key.toLowerCase() === ENGAGE_KEY) this.#hold("key", false);
		});
	}

	#hold(way: "pointer" | "key" | "button", on: boolean): void {
		if (this.#button.hidden && on) return;
		if (on) this.#held.add(way);
		else this.#held.delete(way);
		this.#connection.engage(this.#held.size > 0);
		this.#render();
	}

	#letGo(): void {
		this.#held.clear();
		this.#connection.engage(false);
		this.#render();
	}

	/** The server's word on a frozen picture can't come where nothing comes. */
	#look(): void {
		const { seenRtpTicks } = this.#connection;
		if (seenRtpTicks === this.#seenRtpTicks && this.#frozenMs === undefined) return;
		if (seenRtpTicks !== this.#seenRtpTicks) this.#seenAtMs = performance.now();
		this.#seenRtpTicks = seenRtpTicks;
		this.#render();
	}

	/** How long the picture has been frozen, if that is longer than the server's bound. */
	get #frozenMs(): number | undefined {
		const boundMs = this.#connection.welcome?.safety?.maxPictureAgeMs;
		const ageMs = performance.now() - this.#seenAtMs;
		return boundMs !== undefined && this.#seenRtpTicks !== undefined && ageMs > boundMs ? ageMs : undefined;
	}

	#render(): void {
		const { hold, welcome } = this.#connection;
		const frozenMs = this.#frozenMs;
		const local = { type: "hold", on: true, reason: "picture-frozen", needs: "picture" } as const;
		const shown: HoldMessage | undefined =
			hold ?? (welcome?.safety === undefined || frozenMs === undefined ? undefined : local);
		this.#main.dataset["hold"] = String(shown !== undefined);
		this.#banner.hidden = shown === undefined;
		const engaged = this.#held.size > 0;
		this.#button.dataset["steers"] = String(engaged && shown === undefined);
		this.#button.ariaPressed = String(engaged);
		setText(this.#buttonWords, engaged && shown === undefined ? words.engaged : words.engage);
		// A screen reader reads each change: the age would never end.
		setText(this.#said, shown === undefined ? "" : wordsOfHold({ ...shown, ageMs: undefined }, PAGE));
		if (shown === undefined) return;
		setText(this.#words, wordsOfHold(shown, PAGE));
		setText(this.#help, wordsOfNeed(shown.needs, words, gestureWords(engaged)));
	}
}

function gestureWords(engaged: boolean): string {
	if (engaged) return words.holdNeedsEngageAgain;
	return matchMedia("(pointer: coarse)").matches ? words.holdNeedsButton : words.holdNeedsEngage;
}

function setText(target: HTMLElement, text: string): void {
	if (target.textContent !== text) target.textContent = text;
}
