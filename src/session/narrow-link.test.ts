import { describe, expect, it } from "vitest";
import { UdpRelay } from "../../test/support/udp-relay.ts";
import { monotonicSec } from "../media/clock.ts";
import { encodedPacket } from "./h264-clip.cases.ts";
import { seededRandom } from "./offers.cases.ts";
import { ReceivingPeer, type ReceivingPeerOptions } from "./receiving-peer.cases.ts";
import { SessionHub } from "./session-hub.ts";
import { handleWhep } from "./whep.ts";

const FRAME_RATE = 30;
const RUN_SEC = 11;
/** Time that the controller gets to find the link. */
const SETTLE_SEC = 3;
const LINK_BPS = 6_000_000;

interface Outcome {
	/** Share of the frames drawn after the settling time that came through whole and with every frame they build on. */
	readonly decodableShare: number;
	readonly longestGapSec: number;
	/** What the encoder was asked for on average in the last four seconds. */
	readonly bitrateBps: number;
	readonly relay: UdpRelay["down"];
	readonly keyframes: number;
}

/**
 * Streams through a link with a bounded queue. The encoder is synthetic: access units of the size that the bit rate asks for, give or take a fifth,
 * key frames three times that, drawn only while the session is not behind.
 */
async function streamThrough(options: ReceivingPeerOptions): Promise<Outcome> {
	await using hub = new SessionHub({ bitrate: { maxBps: 10_000_000 } });
	const peer = new ReceivingPeer(options);
	const { body } = await handleWhep(hub, { method: "POST", headers: { "content-type": "application/sdp" }, body: await peer.offer() });
	using relay = await UdpRelay.open(body, { down: { rateBps: LINK_BPS, queueMs: 200, delayMs: 10 }, up: { delayMs: 10 } });
	const [session] = hub.sessions();
	let bitrateBps = 0;
	const lateBitrates: number[] = [];
	let keyframeDue = true;
	let behind = false;
	session!.on("bitrate", (bps) => {
		bitrateBps = bps;
	});
	session!.on("keyframeRequest", () => {
		keyframeDue = true;
	});
	session!.on("backPressure", (value) => {
		behind = value;
	});
	await peer.accept(relay.answer);
	await session!.connected;

	const random = seededRandom(4);
	const sent: SentFrame[] = [];
	const decoder = new DecoderWatch(peer);
	const startMs = performance.now();
	for (let index = 0; index < RUN_SEC * FRAME_RATE; index++) {
		const waitMs = startMs + (index * 1000) / FRAME_RATE - performance.now();
		if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
		decoder.watch(sent);
		if (index > (RUN_SEC - 4) * FRAME_RATE) lateBitrates.push(bitrateBps);
		if (behind) continue;
		const keyframe = keyframeDue;
		keyframeDue = false;
		const byteLength = Math.round((bitrateBps / 8 / FRAME_RATE) * (0.8 + 0.4 * random()) * (keyframe ? 3 : 1));
		const accessUnit = new Uint8Array(byteLength).fill(0x55);
		accessUnit.set([0, 0, 0, 1, keyframe ? 0x65 : 0x41]);
		const rtpTicks = index * (90_000 / FRAME_RATE);
		session!.sendVideo(encodedPacket(accessUnit, keyframe, rtpTicks));
		sent.push({ rtpTicks, keyframe, sentSec: monotonicSec() });
	}
	await new Promise((resolve) => setTimeout(resolve, 600));
	const averageBps = lateBitrates.reduce((sum, bps) => sum + bps, 0) / lateBitrates.length;
	const outcome = { bitrateBps: averageBps, relay: relay.down, keyframes: sent.filter(({ keyframe }) => keyframe).length };
	await peer.close();
	return { ...outcome, ...judge(sent, peer) };
}

interface SentFrame {
	readonly rtpTicks: number;
	readonly keyframe: boolean;
	readonly sentSec: number;
}

/** Does what a browser's decoder does and werift does not: asks for a key frame when a frame it needs has not come. */
class DecoderWatch {
	readonly #peer: ReceivingPeer;
	readonly #complete = new Set<number>();
	#frames = 0;
	#next = 0;
	#askedSec = 0;

	constructor(peer: ReceivingPeer) {
		this.#peer = peer;
	}

	watch(sent: readonly SentFrame[]): void {
		for (; this.#frames < this.#peer.frames.length; this.#frames++) this.#complete.add(this.#peer.frames[this.#frames]!.rtpTicks);
		while (this.#next < sent.length && this.#complete.has(sent[this.#next]!.rtpTicks)) this.#next++;
		const nowSec = monotonicSec();
		const missing = sent[this.#next];
		if (missing === undefined || nowSec - missing.sentSec < 0.5) return;
		const later = sent.findIndex(({ rtpTicks, keyframe }, index) => index > this.#next && keyframe && this.#complete.has(rtpTicks));
		if (later > 0) this.#next = later;
		else if (nowSec - this.#askedSec > 0.5) {
			this.#askedSec = nowSec;
			void this.#peer.requestKeyframe();
		}
	}
}

function judge(sent: readonly SentFrame[], peer: ReceivingPeer): Pick<Outcome, "decodableShare" | "longestGapSec"> {
	const completed = new Map(peer.frames.map(({ rtpTicks, completedSec }) => [rtpTicks, completedSec]));
	let chain = false;
	let decodable = 0;
	let longestGapSec = 0;
	let lastSec = Number.NaN;
	for (const { rtpTicks, keyframe } of sent) {
		chain = completed.has(rtpTicks) && (chain || keyframe);
		if (rtpTicks < SETTLE_SEC * 90_000 || !chain) continue;
		decodable++;
		const sec = Math.max(completed.get(rtpTicks)!, Number.isNaN(lastSec) ? 0 : lastSec);
		if (!Number.isNaN(lastSec)) longestGapSec = Math.max(longestGapSec, sec - lastSec);
		lastSec = sec;
	}
	return { decodableShare: decodable / ((RUN_SEC - SETTLE_SEC) * FRAME_RATE), longestGapSec };
}

describe("10 Mbit/s configured, a link of 6 Mbit/s with a queue of 200 ms: the picture keeps moving", () => {
	it("with transport-cc: nothing is lost once the link is known", { timeout: 30_000 }, async () => {
		const { decodableShare, longestGapSec, bitrateBps, relay } = await streamThrough({});
		expect(decodableShare).toBeGreaterThan(0.9);
		expect(longestGapSec).toBeLessThan(0.5);
		expect(bitrateBps).toBeGreaterThan(3_000_000);
		expect(bitrateBps).toBeLessThan(10_000_000);
		expect(relay.overflowed / relay.received).toBeLessThan(0.02);
	});

	it("with receiver reports and NACKs alone", { timeout: 30_000 }, async () => {
		const { decodableShare, longestGapSec, bitrateBps } = await streamThrough({ transportCc: false });
		expect(decodableShare).toBeGreaterThan(0.75);
		// werift asks for a lost packet for 50 ms and gives up: a repair that is lost itself costs a key frame.
		expect(longestGapSec).toBeLessThan(2);
		expect(bitrateBps).toBeGreaterThan(1_500_000);
	});
});
