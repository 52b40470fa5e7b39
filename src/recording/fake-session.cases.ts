import type { EncodedPacket, EncodedSound } from "../media/encoded-packet.ts";
import { EventListeners } from "../media/events.ts";
import { FULL_ACCESS } from "../session/access.ts";
import { newTotals } from "../session/session-stats.ts";
import { PoseSample } from "../skeleton/pose-sample.ts";
import { NO_RENDER_STATS } from "../stream/render-protocol.ts";
import type { Viewer } from "../stream/viewer.ts";
import type { ViewerEvents, ViewerStats } from "../stream/viewer-events.ts";
import type { RecorderNews } from "../stream/viewer-recording.ts";
import type { RecordedServerEvents } from "./tap/session-tap.ts";

/** The part of a viewer that a recorder listens to. */
export class FakeViewer extends EventListeners<ViewerEvents> {
	readonly id = "0123456789abcdef";
	readonly access = FULL_ACCESS;
	readonly pose = undefined;
	readonly asViewer = this as unknown as Viewer;
	/** States of the server's recorder that it was told. */
	readonly news: RecorderNews[] = [];
	keyframeRequests = 0;
	mediaKeyframeRequests = 0;
	recordingConsent: Viewer["recordingConsent"] = "needed";
	/** Recordings that the viewer is shown. */
	recordings = 0;
	/** Codes of the trouble that was reported to it. */
	readonly troubles: string[] = [];
	readonly troubleWords: string[] = [];

	showRecording() {
		this.recordings++;
		return () => {
			this.recordings--;
		};
	}

	/** Sends a controller with these buttons pressed, by their numbers. */
	press(hand: "left" | "right", ...buttons: number[]) {
		const sample = new PoseSample();
		sample.kind = "controller";
		sample.hand = hand;
		sample.controls.pressed = buttons.reduce((bits, number) => bits | (1 << number), 0);
		this.emit("controller", sample, 1, Number.NaN, Number.NaN);
	}

	/** Its person answers whether it may be recorded. */
	consent(consent: Viewer["recordingConsent"]) {
		this.recordingConsent = consent;
		this.emit("recordingConsent", consent);
	}

	requestMediaKeyframe() {
		this.mediaKeyframeRequests++;
	}

	requestKeyframe() {
		this.keyframeRequests++;
	}

	showRecorder(news: RecorderNews) {
		this.news.push(news);
	}

	reportTrouble(code: string, words = "") {
		this.troubles.push(code);
		this.troubleWords.push(words);
	}

	stats(): ViewerStats {
		return STATS;
	}
}

/** Statistics of a viewer whose client reports its own. */
const STATS: ViewerStats = {
	session: {
		...newTotals(),
		roundTripTimeSec: 0.02,
		fractionLost: 0.25,
		targetBitrateBps: 5e6,
		estimatedBitrateBps: 6e6,
		acknowledgedBitrateBps: 4e6,
		pathQueueSec: 0.003,
		pacerQueueSec: 0.001,
		remoteCandidates: { used: 0, hostNames: 0, unusable: 0, excess: 0 },
	},
	render: NO_RENDER_STATS,
	encoder: "libx264",
	tracking: {
		accepted: 0,
		late: 0,
		gaps: 0,
		overRate: 0,
		droppedBones: 0,
		ignored: 0,
		refused: 0,
		lastRefusal: undefined,
		streams: [],
	},
	clock: { offsetMs: 5000, uncertaintyMs: 2, driftPpm: 1, roundTripMs: 4 },
	messagesRefused: 0,
	messagesNotAllowed: 0,
	client: { type: "stats", motionToPhotonMs: { p50: 40, p95: 60, samples: 100 } },
	display: undefined,
};

/** The part of a server that a recorder listens to. */
export class ServerStub extends EventListeners<RecordedServerEvents> {
	viewers: Viewer[] = [];
}

/** 20 ms of sound in two channels, to be heard at 1.1 s. */
export const SOUND_PACKET: EncodedSound = {
	kind: "sound",
	data: Uint8Array.of(0xfc, 1, 2, 3),
	rtpTicks: 52_800,
	dueSec: 1.1,
	mediaTimeSec: 12.6,
	begins: true,
};

/** A picture of a flat view, drawn at 1.002 s. */
export const PACKET: EncodedPacket = {
	// A key frame that no decoder would show, but the logger of videos does not refuse.
	kind: "video",
	codec: "h264",
	accessUnit: Uint8Array.of(0, 0, 0, 1, 0x67, 1, 0, 0, 0, 1, 0x68, 1, 0, 0, 0, 1, 0x65, 0x88),
	keyframe: true,
	rtpTicks: 9000,
	poseSequence: 1,
	pose: { worldFromView: [0, 0, 0, 1], fovRad: Math.PI / 2 },
	lens: "flat",
	width: 640,
	height: 360,
	eyes: 1,
	mediaTimeSec: 12.5,
	stages: {
		capturedSec: Number.NaN,
		panoramaReadySec: 1,
		poseReceivedSec: 1.001,
		drawStartSec: 1.002,
		drawEndSec: 1.004,
		encodeEndSec: 1.008,
	},
};
