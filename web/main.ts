import {
	connect,
	fovForScreenDeg,
	GamepadSource,
	type PanogazeConnection,
	ViewControls,
	XR_STREAMS,
} from "../src/client/index.ts";
import { ViewState } from "../src/client/view-state.ts";
import { anglesFromQuaternion } from "../src/media/rotation.ts";
import { MIN_VIEW_SIDE } from "../src/protocol/control-message.ts";
import { Compass } from "./compass.ts";
import { element } from "./element.ts";
import { EnterButtons } from "./enter-buttons.ts";
import { PictureWatch } from "./picture-watch.ts";
import { StatsPanel } from "./stats-panel.ts";
import { StatusDisplay } from "./status.ts";
import { TokenPrompt } from "./token-prompt.ts";

declare global {
	/**
	 * For tests and for the curious: the page's connection and controls, as `panogaze/client`
	 * documents them.
	 */
	var panogaze: { readonly connection: PanogazeConnection; readonly controls: ViewControls };
}

const main = element("main");
const video = element<HTMLVideoElement>("#view");
const help = element<HTMLDialogElement>("#help");

const prompt = new TokenPrompt();
const connection = connect({
	url: "whep",
	token: () => prompt.token,
	client: { name: "panogaze page", device: deviceName() },
	// Where there is WebXR a headset may be put on later.
	...("xr" in navigator && { streams: XR_STREAMS }),
});
const controls = new ViewControls(video);
globalThis.panogaze = { connection, controls };
new GamepadSource(controls);
prompt.watch(connection);

const view = new ViewState(connection);
new StatusDisplay(connection, view);
showConnection();
lookAround();
showWhereWeLook();
playVideo();
keepLastPicture();
wireTools();
dimWhenIdle();

function showConnection(): void {
	const stats = new StatsPanel(element("#stats"));
	connection.on("stats", (numbers) => stats.show(numbers));
	connection.on("serverStats", (numbers) => stats.serverSays(numbers));
	connection.on("error", ({ code, message }) => console.warn(`${code}: ${message}`));
	new PictureWatch(video, (moving) => view.videoIs(moving ? "playing" : "waiting"));
	video.addEventListener("playing", () => view.videoIs("playing"));
	connection.on("welcome", ({ source }) => {
		element("#source").textContent = source.name;
		element("#source").title = source.name;
		document.title = `${source.name} – panogaze`;
	});
}

function lookAround(): void {
	const { model } = controls;
	let longSideDeg = 90;
	/**
	 * Aspect ratio of the pictures; before the first one it is the window's, which the page asks
	 * for.
	 */
	let videoAspect: number | undefined;
	/** A headset leads: what the window would like is asked for again when it is taken off. */
	let immersed = false;
	const measure = () => {
		if (immersed) return;
		const [width, height] = [Math.max(1, video.clientWidth), Math.max(1, video.clientHeight)];
		connection.requestView(width * devicePixelRatio, height * devicePixelRatio);
		model.screen = { width, height, videoAspect: videoAspect ?? width / height, fit: "cover" };
		model.homeFovDeg = fovForScreenDeg(model.screen, longSideDeg);
		connection.look({ orientation: model.orientation, fovDeg: model.fovDeg });
	};
	controls.on("look", (look, readAtMs) => immersed || connection.look(look, readAtMs));
	new EnterButtons({ connection, video }, (present) => {
		immersed = present;
		measure();
	});
	connection.on("welcome", ({ view }) => {
		longSideDeg = view.fovDeg;
		videoAspect = view.width / view.height;
		measure();
	});
	for (const type of ["loadedmetadata", "resize"]) {
		video.addEventListener(type, () => {
			if (hasPicture()) videoAspect = video.videoWidth / video.videoHeight;
			measure();
		});
	}
	new ResizeObserver(measure).observe(video);
	measure();
	connection.attach(video);
}

/**
 * The compass tells what the picture shows, which the server says with each one; until it does,
 * what was asked for.
 */
function showWhereWeLook(): void {
	const compass = new Compass(element("#compass"));
	let toldAtMs = Number.NEGATIVE_INFINITY;
	connection.on("frame", ({ orientation }) => {
		toldAtMs = performance.now();
		compass.show(anglesFromQuaternion(orientation));
	});
	controls.on("look", ({ orientation }) => {
		if (performance.now() - toldAtMs > 500) compass.show(anglesFromQuaternion(orientation));
	});
	compass.show(anglesFromQuaternion(controls.model.orientation));
}

/** Muted video may start by itself in most browsers; where it may not, a tap starts it. */
function playVideo(): void {
	const button = element("#play");
	const play = async () => {
		try {
			await video.play();
			button.hidden = true;
		} catch (error) {
			// A newer stream took this one's place: its own call decides.
			if ((error as DOMException).name === "AbortError") return;
			button.hidden = false;
			view.videoIs("blocked");
		}
	};
	connection.on("stream", () => void play());
	video.addEventListener("playing", () => {
		button.hidden = true;
	});
	// Some browsers pause video to save power and do not start it again.
	video.addEventListener("pause", () => {
		if (!document.hidden && connection.state.name === "connected") void play();
	});
	document.addEventListener("visibilitychange", () => {
		if (!document.hidden && video.paused && video.srcObject !== null) void play();
	});
	button.addEventListener("click", () => {
		void play();
		video.focus();
	});
}

/**
 * When the connection is lost the browser shows black; the last picture, dimmed, says better what
 * one was looking at.
 */
function keepLastPicture(): void {
	const still = element<HTMLCanvasElement>("#still");
	connection.on("state", ({ name }) => {
		if ((name !== "reconnecting" && name !== "closed") || !still.hidden || !hasPicture()) return;
		still.width = video.videoWidth;
		still.height = video.videoHeight;
		still.getContext("2d")?.drawImage(video, 0, 0);
		still.hidden = false;
	});
	video.addEventListener("playing", () => {
		still.hidden = true;
	});
}

function wireTools(): void {
	const toggleStats = () => {
		element("#stats").hidden = !element("#stats").hidden;
		element("#stats-button").ariaPressed = String(!element("#stats").hidden);
	};
	const toggleFullscreen = () => {
		if (document.fullscreenElement === null) document.documentElement.requestFullscreen?.().catch(() => undefined);
		else void document.exitFullscreen();
	};
	const toggleHelp = () => (help.open ? help.close() : help.showModal());
	element("#home").addEventListener("click", () => controls.reset());
	element("#zoom-in").addEventListener("click", () => controls.zoom(1.25, { eased: true }));
	element("#zoom-out").addEventListener("click", () => controls.zoom(1 / 1.25, { eased: true }));
	element("#stats-button").addEventListener("click", toggleStats);
	element("#help-button").addEventListener("click", toggleHelp);
	element("#fullscreen").addEventListener("click", toggleFullscreen);
	element("#fullscreen").hidden = !document.fullscreenEnabled;
	document.addEventListener("fullscreenchange", () => {
		element("#fullscreen").ariaPressed = String(document.fullscreenElement !== null);
	});
	// A click beside the dialog closes it.
	help.addEventListener("click", (event) => event.target === help && help.close());
	wireDevice(element("#device"));
	const actions: { readonly [key: string]: () => void } = { i: toggleStats, "?": toggleHelp, f: toggleFullscreen };
	document.addEventListener("keydown", (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
		actions[event.key.length === 1 ? event.key.toLowerCase() : event.key]?.();
	});
}

function wireDevice(button: HTMLElement): void {
	button.hidden = !ViewControls.deviceAvailable;
	button.addEventListener("click", async () => {
		if (controls.deviceActive) return controls.disableDevice();
		// No sensor after all, or not allowed: a button that does nothing is in the way.
		if (!(await controls.enableDevice().catch(() => false))) button.hidden = true;
	});
	controls.on("device", (active) => {
		button.ariaPressed = String(active);
	});
}

/** After a while without input the tools step back. */
function dimWhenIdle(): void {
	let timer: ReturnType<typeof setTimeout> | undefined;
	const wake = () => {
		main.dataset["idle"] = "false";
		clearTimeout(timer);
		timer = setTimeout(() => {
			main.dataset["idle"] = "true";
		}, 4000);
	};
	for (const type of ["pointermove", "pointerdown", "keydown", "focusin"])
		addEventListener(type, wake, { passive: true });
	wake();
}

/** Chromium says 2 x 2 before the first picture. */
function hasPicture(): boolean {
	return video.videoWidth >= MIN_VIEW_SIDE;
}

/** A word for the server's log; no fingerprint. */
function deviceName(): string {
	if (!matchMedia("(pointer: coarse)").matches) return "desktop";
	return Math.min(screen.width, screen.height) < 600 ? "phone" : "tablet";
}
