import { pulseHolds } from "../src/client/hold-pulses.ts";
import {
	connect,
	GamepadSource,
	PagePulse,
	type PanogazeConnection,
	type ReprojectedView,
	ViewControls,
	XR_STREAMS,
} from "../src/client/index.ts";
import { ViewState } from "../src/client/view-state.ts";
import { AutoRotation } from "./auto-rotation.ts";
import { CameraPanels } from "./camera-panels.ts";
import { Compass } from "./compass.ts";
import { ConsentQuestion } from "./consent-question.ts";
import { ControlHold } from "./control-hold.ts";
import { element } from "./element.ts";
import { EnterButtons } from "./enter-buttons.ts";
import { EpisodeControls } from "./episode-controls.ts";
import { Hud } from "./hud.ts";
import { dimWhenIdle } from "./idle.ts";
import { LensMenu } from "./lens-menu.ts";
import { LiveDelay } from "./live-delay.ts";
import { MediaButton } from "./media-button.ts";
import { Player } from "./player.ts";
import { PlayerBar } from "./player-bar.ts";
import { RecordPanel } from "./record-panel.ts";
import { RecordedSign } from "./recorded-sign.ts";
import { ReprojectSwitch, reprojectModeOfAddress } from "./reproject-switch.ts";
import { RerunPanel } from "./rerun-panel.ts";
import { SettingsMenu } from "./settings-menu.ts";
import { ShareDialog } from "./share-dialog.ts";
import { SnapshotMenu } from "./snapshot-menu.ts";
import { SoundButton } from "./sound-button.ts";
import { StatsPanel } from "./stats-panel.ts";
import { StatusDisplay } from "./status.ts";
import { StereoPicture } from "./stereo-picture.ts";
import { TokenPrompt } from "./token-prompt.ts";
import { Toolbar } from "./toolbar.ts";
import { ViewInAddress } from "./view-in-address.ts";
import { WindowView } from "./window-view.ts";
import { fillPage } from "./words.ts";

declare global {
	/** The page's connection, controls and picture, for tests and for the browser's console. */
	var panogaze: {
		readonly connection: PanogazeConnection;
		readonly controls: ViewControls;
		readonly shown: ReprojectedView;
	};
}

fillPage();
const video = element<HTMLVideoElement>("#view");
const prompt = new TokenPrompt();
const connection = connect({
	url: "whep",
	token: () => prompt.token,
	client: { name: "panogaze page", device: deviceName() },
	// Where there is WebXR, a headset may be put on later.
	...("xr" in navigator && { streams: XR_STREAMS }),
});
const controls = new ViewControls(video);
const view = new ViewState(connection);

// The video is attached here, and the player starts it.
const shown = connection.show(video, element<HTMLCanvasElement>("#reprojected"), {
	reproject: reprojectModeOfAddress(),
});

prompt.watch(connection);
new GamepadSource(controls);
new StatusDisplay(connection, view, new LiveDelay(connection, video));
new Hud(connection);
new StatsPanel(element("#stats"), connection);
const windowView = new WindowView(shown, connection, controls);
new Compass(element("#compass")).watch(connection, controls, shown);
new LensMenu(connection, shown, (lens) => {
	windowView.lens = lens;
});
new ReprojectSwitch(shown);
const bar = new PlayerBar(connection);
const rotation = new AutoRotation(controls, () => mayTurn());
const inAddress = new ViewInAddress(
	controls,
	windowView,
	(timeSec) => bar.follow(timeSec),
	() => !rotation.turning,
);
const stereo = new StereoPicture(video, element<HTMLCanvasElement>("#stereo"), connection, (eyes) => {
	windowView.shownEyes = eyes;
});
new SettingsMenu(connection, windowView, stereo, rotation);
new SnapshotMenu({
	controls,
	view: () => inAddress.view,
	token: () => prompt.token,
	sourceName: () => connection.welcome?.source.name ?? "",
});
new ShareDialog(
	() => ({ ...inAddress.view, timeSec: bar.positionSec }),
	() => prompt.token !== undefined,
);
new RerunPanel(connection, () => prompt.token);
new ControlHold(connection);
// One player for all pulses: the newest takes the place of one that runs.
const pulses = new PagePulse();
connection.on("pulse", (pulse) => pulses.play(pulse));
pulseHolds(connection, (pulse) => pulses.play(pulse));
new Player(shown, connection, view);
new SoundButton(connection);
for (const kind of ["audio", "video"] as const) new MediaButton(connection, kind);
new CameraPanels(connection);
new RecordedSign(connection);
new RecordPanel(connection);
new EpisodeControls(connection);
new ConsentQuestion(connection);
new EnterButtons({ connection, video }, (immersed) => (immersed ? windowView.pause() : windowView.resume()));
new Toolbar(controls);
globalThis.panogaze = { connection, controls, shown };
dimWhenIdle(element("main"));

connection.on("error", ({ code, message }) => {
	console.warn(`${code}: ${message}`);
});
connection.on("welcome", ({ source }) => {
	element("#source").textContent = source.name;
	element("#source").title = source.name;
	document.title = `${source.name} – panogaze`;
});

/** False while the view must not turn by itself. */
function mayTurn(): boolean {
	const isBusy = document.querySelector("dialog[open], [role=menu]:not([hidden])") !== null;
	return !isBusy && view.verdict.live && !windowView.paused && !controls.deviceActive;
}

/** The kind of device, for the server's log. */
function deviceName(): string {
	if (!matchMedia("(pointer: coarse)").matches) return "desktop";
	return Math.min(screen.width, screen.height) < 600 ? "phone" : "tablet";
}
