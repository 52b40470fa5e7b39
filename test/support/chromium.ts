import { type Browser, chromium, type LaunchOptions } from "playwright-core";
import { systemChromium, unpackChromium } from "./chromium-file.ts";

const AUTOPLAY = "--autoplay-policy=no-user-gesture-required";
const AUTOPLAY_BY_GESTURE = "--autoplay-policy=document-user-activation-required";
/** Without GPU, a gesture before playing, or services that ask servers outside. */
const FLAGS = [
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	AUTOPLAY,
];

/** Flags of WebGL that is drawn by the processor. */
const WEBGL_FLAGS = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"];

export interface ChromiumOptions {
	/** Gives pages WebGL. @default false */
	readonly webgl?: boolean;
	/** Nothing plays aloud before a gesture, as on phones and desktops. @default false */
	readonly wantsGesture?: boolean;
	/**
	 * An MJPEG file that pages get as their camera, over and over, without asking.
	 * @default none
	 */
	readonly cameraFile?: string;
	/** Pages get a microphone that beeps, and a camera, without asking. @default false */
	readonly fakeDevices?: boolean;
}

/**
 * Starts a headless Chromium: the system's if there is one, else that of the npm package.
 * `PANOGAZE_CHROMIUM` is the path of another, or `bundled` for the npm package's.
 */
export async function launchChromium({
	webgl = false,
	wantsGesture = false,
	cameraFile,
	fakeDevices = cameraFile !== undefined,
}: ChromiumOptions = {}): Promise<Browser> {
	const options = await launchOptions();
	const flags = options.args!.map((flag) => (wantsGesture && flag === AUTOPLAY ? AUTOPLAY_BY_GESTURE : flag));
	const args = webgl ? [...flags.filter((flag) => flag !== "--disable-gpu"), ...WEBGL_FLAGS] : flags;
	const devices = fakeDevices ? FAKE_DEVICE_FLAGS : [];
	const camera = cameraFile === undefined ? [] : [`--use-file-for-fake-video-capture=${cameraFile}`];
	return chromium.launch({ ...options, args: [...args, ...devices, ...camera] });
}

const FAKE_DEVICE_FLAGS = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

/** A Chromium whose processes the test has in hand. */
export interface KillableChromium {
	readonly browser: Browser;
	/** Kills it as the kernel kills: without a goodbye to its peers. */
	kill(): Promise<void>;
	/** Sends a signal to all of its processes. */
	signal(name: "SIGSTOP" | "SIGCONT"): void;
}

/** Starts a Chromium that can be killed and stopped. */
export async function launchKillableChromium(): Promise<KillableChromium> {
	const server = await chromium.launchServer(await launchOptions());
	return {
		browser: await chromium.connect(server.wsEndpoint()),
		kill: () => server.kill(),
		// It leads a process group of its own.
		signal: (name) => process.kill(-server.process().pid!, name),
	};
}

async function launchOptions(): Promise<LaunchOptions> {
	const system = systemChromium();
	if (system !== undefined) return { executablePath: system, headless: true, args: FLAGS };
	// Its own flags include --single-process, in which WebRTC does not survive a closed page.
	return {
		executablePath: await unpackChromium(),
		headless: true,
		args: [...FLAGS, "--headless=shell", "--disable-dev-shm-usage", "--no-zygote"],
	};
}
