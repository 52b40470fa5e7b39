import type { ClientMediaKind } from "../media/client-media.ts";
import type { EncodedPacket, EncodedSound } from "../media/encoded-packet.ts";
import { EventListeners } from "../media/events.ts";
import { fixedPlayback } from "../media/playback.ts";
import { quaternionFromAngles, type ViewAngles } from "../media/rotation.ts";
import { SharedHeap } from "../media/shared-heap.ts";
import { PLAIN_H264, type VideoFormat } from "../media/video-format.ts";
import type { ServerControlMessage } from "../protocol/control-message.ts";
import { headText } from "../protocol/head-text.cases.ts";
import { FULL_ACCESS } from "../session/access.ts";
import type {
	CameraStream,
	DataChannelOptions,
	SessionEvents,
	SessionStats,
	ViewerSession,
} from "../session/viewer-session.ts";
import type { RenderPool } from "./render-pool.ts";
import type { RenderedViewOptions } from "./render-protocol.ts";
import { RenderedView, type ViewOptics } from "./rendered-view.ts";
import type { SourceState } from "./source-state.ts";
import type { ViewLens } from "./view-lens.ts";
import { ViewMailbox, type ViewWishes } from "./view-mailbox.ts";
import { Viewer } from "./viewer.ts";
import type { ViewedSource, ViewerOptions } from "./viewer-options.ts";

/** A session whose other end is the test. */
class TestSession implements ViewerSession {
	readonly id = "test";
	videoFormat: VideoFormat = PLAIN_H264;
	readonly hasVideo = true;
	readonly listeners = new EventListeners<SessionEvents>();
	readonly sent: [label: string, message: string | Uint8Array][] = [];
	readonly opened: [label: string, options: DataChannelOptions | undefined][] = [];
	readonly openChannels = new Set<string>();
	readonly sentVideo: unknown[] = [];
	hasSound = false;
	readonly receives = new Set<ClientMediaKind>();
	keyframesAsked = 0;
	cameras: CameraStream[] = [];
	readonly sentCameras: [mid: string, packet: EncodedPacket][] = [];
	readonly sentSound: EncodedSound[] = [];
	closeReason: string | undefined;
	#connect!: () => void;
	#finish!: (reason: string) => void;
	readonly connected = new Promise<void>((resolve) => {
		this.#connect = resolve;
	});
	readonly closed = new Promise<string>((resolve) => {
		this.#finish = resolve;
	});

	async connect() {
		this.#connect();
		await this.connected;
		await Promise.resolve();
	}
	sendVideo(packet: unknown) {
		this.sentVideo.push(packet);
	}
	sendCamera(mid: string, packet: EncodedPacket) {
		this.sentCameras.push([mid, packet]);
	}
	sendSound(packet: EncodedSound) {
		return this.sentSound.push(packet) > 0;
	}
	requestMediaKeyframe() {
		this.keyframesAsked++;
	}
	openChannel(label: string, options?: DataChannelOptions) {
		this.opened.push([label, options]);
	}
	isChannelOpen(label: string) {
		return this.openChannels.has(label);
	}
	send(label: string, message: string | Uint8Array) {
		if (!this.openChannels.has(label)) return false;
		this.sent.push([label, message]);
		return true;
	}
	stats() {
		return { framesSent: 3, framesDropped: 0, targetBitrateBps: 1e6 } as SessionStats;
	}
	close(reason: string) {
		this.closeReason = reason;
		this.#finish(reason);
	}
	on<Name extends keyof SessionEvents>(name: Name, listener: (...args: SessionEvents[Name]) => void) {
		return this.listeners.on(name, listener);
	}
	/** A message from the client. */
	receive(label: string, message: string | Uint8Array<ArrayBuffer>, atSec = 1) {
		this.listeners.emit("message", label, message, atSec);
	}
	control() {
		return this.sent
			.filter(([label]) => label === "control")
			.map(([, message]) => JSON.parse(message as string) as ServerControlMessage);
	}
}

const OPTIONS = {
	access: FULL_ACCESS,
	view: { width: 640, height: 360, frameRate: 60, fovDeg: 90, kernel: "bilinear", antialias: "auto" },
	encoder: "software",
	stamps: true,
	startBitrateBps: 4e6,
	limits: { maxHz: 250, maxMessageBytes: 65536 },
	source: sourceWith(),
	address: () => undefined,
	serverStats: () => ({ sourceFps: 30, viewers: 1 }),
} as const satisfies ViewerOptions;

/** A source with two eyes that is live, or differs in `details`. */
export function sourceWith(
	details: { readonly eyes?: 1 | 2; readonly state?: SourceState; readonly initialView?: ViewAngles } = {},
): ViewedSource {
	const { eyes = 2, state = { name: "live" }, initialView } = details;
	const color = { range: "limited", matrix: "bt709", chromaSiting: "left" } as const;
	const format = { width: 512, height: 256, eyes, color };
	const info = { format, frameRate: 30, codec: "rawvideo", hwaccel: "none", live: true, durationSec: Number.NaN };
	return { name: "scene", state, info: { ...info, initialView }, playback: fixedPlayback(true, Number.NaN) };
}

/** A viewer with a session of the test, and the view that is drawn for it. */
export async function setUp(options: Partial<ViewerOptions> = {}) {
	const heap = new SharedHeap();
	const session = new TestSession();
	const views: RenderedView[] = [];
	const removed: number[] = [];
	const lenses: ViewLens[] = [];
	const pool = {
		addView: (options: RenderedViewOptions, wishes: ViewWishes, { lens = "flat", transform }: ViewOptics) => {
			const view = new RenderedView(ViewMailbox.create(heap, wishes), options, transform);
			lenses.push(lens);
			return { viewId: views.push(view), view };
		},
		setLens: (_viewId: number, lens: ViewLens) => lenses.push(lens),
		removeView: (viewId: number) => removed.push(viewId),
	} as unknown as RenderPool;
	const viewer = new Viewer(session, pool, { ...OPTIONS, ...options });
	await session.connect();
	return { session, viewer, pool, removed, lenses, view: views[0]!, mailbox: views[0]!.mailbox };
}

export const head = (sequence: number, yawDeg: number, fovDeg?: number) =>
	headText({
		sequence,
		clientTimeMs: 5,
		orientation: quaternionFromAngles({ yawDeg, pitchDeg: 0, rollDeg: 0 }),
		fovDeg,
	});
