import type { PanogazeConnection, PlaybackChange, ViewedPlayback } from "../src/client/index.ts";
import { element } from "./element.ts";
import { presentSpan } from "./play-span.ts";
import { playbackOfKey, SPEEDS } from "./playback-keys.ts";
import { TimeLine } from "./time-line.ts";
import { clockTime, timeBehind } from "./time-words.ts";
import { number, words } from "./words.ts";

const RENDER_EVERY_MS = 200;
/** Words about a change by somebody else stay this long; those about a pause as long as it. */
const WORDS_MS = 5_000;

/**
 * The bar of a source that can be paused or played from another place, and its keys. Live sources
 * without a kept past, and servers that state nothing, have none.
 */
export class PlayerBar {
	readonly #connection: PanogazeConnection;
	readonly #main = element("main");
	readonly #bar = element("#playback");
	readonly #button = element("#playback-button");
	readonly #time = element("#playback-time");
	readonly #speed = element<HTMLSelectElement>("#playback-speed");
	readonly #loop = element("#playback-loop");
	readonly #live = element("#playback-live");
	readonly #follow = element("#playback-follow");
	readonly #words = element("#playback-words");
	readonly #line: TimeLine;
	/** The statement before the newest. */
	#former: ViewedPlayback | undefined;
	/** Changes that were asked for since the newest statement. */
	#wishes: Pick<PlaybackChange, "paused" | "rate" | "loop" | "follow"> = {};
	#wordsTimer: ReturnType<typeof setTimeout> | undefined;
	#linkedSec: number | undefined;

	constructor(connection: PanogazeConnection) {
		this.#connection = connection;
		const { playback } = connection;
		this.#line = new TimeLine(playback);
		for (const speed of SPEEDS) this.#addSpeed(speed);
		this.#button.addEventListener("click", () => this.#change({ paused: this.#state?.paused !== true }));
		this.#speed.addEventListener("change", () => this.#change({ rate: Number(this.#speed.value) }));
		this.#loop.addEventListener("click", () => this.#change({ loop: this.#state?.loop !== true }));
		this.#live.addEventListener("click", () => this.#change({ live: true }));
		this.#follow.addEventListener("click", () => this.#change({ follow: this.#state?.follow !== true }));
		document.addEventListener("keydown", (event) => this.#key(event), { capture: true });
		connection.on("playback", (state) => this.#stated(state));
		connection.on("source", () => this.#render());
		connection.on("error", ({ code }) => {
			if (code !== "playback") return;
			this.#wishes = {};
			this.#line.answered();
		});
		connection.on("serverStats", ({ viewers }) => this.#followLink(viewers ?? 1));
		setInterval(() => this.#render(), RENDER_EVERY_MS);
	}

	/** Present place of a source that has places, seconds, for a link to it. */
	get positionSec(): number | undefined {
		const { state, positionSec } = this.#connection.playback;
		return state?.can.includes("seek") === true && state.timeShift === undefined ? positionSec : undefined;
	}

	/** Goes to the time of a link, if nobody else watches: the source is the same for all. */
	follow(timeSec: number): void {
		this.#linkedSec = timeSec;
	}

	#followLink(viewers: number): void {
		const sec = this.#linkedSec;
		const { state } = this.#connection.playback;
		if (sec === undefined || state === undefined) return;
		this.#linkedSec = undefined;
		if (!state.mayControl || !state.can.includes("seek") || state.timeShift !== undefined) return;
		if (viewers <= 1) this.#line.seek(Math.min(sec, state.durationSec));
		else this.#say(words.linkedTime(clockTime(sec)), WORDS_MS);
	}

	/** The play as it is, and as it will be when the server has answered. */
	get #state(): ViewedPlayback | undefined {
		const { state } = this.#connection.playback;
		if (state === undefined) return undefined;
		const { paused = state.paused, rate = state.rate, loop = state.loop, follow = state.follow } = this.#wishes;
		return { ...state, paused, rate, loop, follow };
	}

	#change(change: PlaybackChange): void {
		if (change.positionSec !== undefined) this.#line.seek(change.positionSec);
		else if (this.#connection.playback.change(change)) this.#wishes = { ...this.#wishes, ...change };
		this.#render();
	}

	#key(event: KeyboardEvent): void {
		const state = this.#state;
		if (event.ctrlKey || event.metaKey || event.altKey || state?.mayControl !== true || this.#bar.hidden) return;
		const { target } = event;
		if (!(target instanceof Element) || target.closest("input, select, textarea, dialog, [role=menu]")) return;
		// On a button it presses the button.
		if (event.key === " " && target.closest("button") !== null) return;
		const change = playbackOfKey(event, state, this.#line.shownSec, presentSpan(state));
		if (change === undefined) return;
		// The same keys would turn the view, or scroll.
		event.preventDefault();
		event.stopPropagation();
		if (!event.repeat || change.positionSec !== undefined) this.#change(change);
	}

	#stated(state: ViewedPlayback): void {
		const said = state.by === "viewer" || state.by === "server" ? wordsFor(state, this.#former) : undefined;
		if (said !== undefined) this.#say(said, state.paused ? undefined : WORDS_MS);
		else if (!state.paused || state.by === "you") this.#words.hidden = true;
		this.#wishes = {};
		if (!state.seeking) this.#line.answered();
		this.#former = state;
		this.#render();
	}

	/** @param forMs `undefined`: until other words come. */
	#say(text: string, forMs: number | undefined): void {
		clearTimeout(this.#wordsTimer);
		this.#words.hidden = false;
		this.#words.textContent = text;
		if (forMs === undefined) return;
		this.#wordsTimer = setTimeout(() => {
			this.#words.hidden = true;
		}, forMs);
	}

	#render(): void {
		const state = this.#state;
		const { can = [], mayControl = false } = state ?? {};
		const shown = state !== undefined && (can.includes("pause") || can.includes("seek"));
		this.#bar.hidden = !shown;
		this.#main.dataset["player"] = String(shown);
		element("#help-playback").hidden = !(shown && mayControl);
		if (!shown) return;
		this.#button.hidden = !(mayControl && can.includes("pause"));
		this.#speed.hidden = !(mayControl && can.includes("rate"));
		this.#loop.hidden = !(mayControl && can.includes("loop"));
		this.#bar.dataset["paused"] = String(state.paused);
		const label = state.paused ? words.play : words.pause;
		if (this.#button.ariaLabel !== label) this.#button.ariaLabel = label;
		this.#button.title = `${label} (k)`;
		this.#loop.ariaPressed = String(state.loop);
		this.#showSpeed(state.rate);
		this.#line.render(state);
		this.#live.hidden = !(mayControl && can.includes("live"));
		this.#live.ariaPressed = String(state.live);
		const mayFollow = mayControl && can.includes("follow");
		this.#follow.hidden = !mayFollow;
		this.#follow.ariaPressed = String(state.follow === true);
		element("#help-follow").hidden = !mayFollow;
		this.#time.textContent = this.#timeWords(state);
	}

	/** Place and length of a file; the way from a place of the past to the present. */
	#timeWords({ durationSec, live, timeShift }: ViewedPlayback): string {
		const { shownSec } = this.#line;
		if (timeShift === undefined)
			return clockTime(shownSec) + (Number.isNaN(durationSec) ? "" : ` / ${clockTime(durationSec)}`);
		const { timeShift: present = timeShift } = this.#connection.playback;
		const behindSec = live && !this.#line.isAsked ? 0 : present.newestSec - shownSec;
		return timeBehind(behindSec);
	}

	#showSpeed(rate: number): void {
		if (document.activeElement === this.#speed && Number(this.#speed.value) === rate) return;
		if (![...this.#speed.options].some(({ value }) => Number(value) === rate)) this.#addSpeed(rate);
		this.#speed.value = String(rate);
	}

	#addSpeed(rate: number): void {
		const digits = Number.isInteger(rate) ? 0 : Number.isInteger(rate * 10) ? 1 : 2;
		this.#speed.add(new Option(number(rate, digits, "×"), String(rate)));
	}
}

/** Words about a change by somebody else; `undefined`: it changed nothing that is seen. */
function wordsFor(state: ViewedPlayback, former: ViewedPlayback | undefined): string | undefined {
	const who = state.by === "server" ? 1 : 0;
	if (state.paused && former?.paused !== true) return words.pausedBy[who];
	if (!state.paused && former?.paused === true) return words.playedBy[who];
	if (former !== undefined && state.rate !== former.rate) return words.speedBy[who];
	if (former !== undefined && state.loop !== former.loop) return words.loopBy[who];
	if (former !== undefined && state.follow !== former.follow) return words.followBy[who];
	return state.paused ? words.pausedBy[who] : words.movedBy[who];
}
