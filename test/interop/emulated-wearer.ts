import { restPose } from "../../scripts/rest-poses.ts";
import { quaternionFromAngles, type ViewAngles } from "../../src/media/rotation.ts";
import {
	encodeLegacyBodyPose,
	PoseSample,
	parseServerControlMessage,
	SKELETONS,
	type SkeletonPose,
	type SkeletonType,
	TrackingEncoder,
	transformPoint,
	type Vector3,
} from "../../src/tracking.ts";
import { WeriftViewer } from "../support/werift-viewer.ts";

export interface EmulatedWearerOptions {
	readonly url: string;
	/**
	 * `legacy`: what the Unity client sends, its camera and its body, through its own door.
	 * `tracking`: head, body, a hand and a controller, with times.
	 */
	readonly protocol: "legacy" | "tracking";
	/** Receives the view as well. @default true */
	readonly video?: boolean;
	/** Bearer token, where the server asks for one. */
	readonly token?: string;
	/** Place of the wearer. @default the world's origin */
	readonly position?: Vector3;
}

const INTERVAL_MS = 1000 / 72;

/** Someone with a headset who looks around and moves the arms, 72 times a second. */
export class EmulatedWearer {
	readonly viewer: WeriftViewer;
	/** Poses of the body that were sent. */
	bodies = 0;
	readonly #options: EmulatedWearerOptions;
	readonly #body = restPose("FullBody");
	readonly #hand = restPose("XRHandLeft");
	readonly #encoder = new TrackingEncoder();
	readonly #sample = new PoseSample();
	readonly #timer: NodeJS.Timeout;
	#sequence = 0;

	private constructor(viewer: WeriftViewer, options: EmulatedWearerOptions) {
		this.viewer = viewer;
		this.#options = options;
		const startMs = performance.now();
		this.#timer = setInterval(() => this.#send((performance.now() - startMs) / 1000), INTERVAL_MS);
	}

	static async connect(options: EmulatedWearerOptions): Promise<EmulatedWearer> {
		const { url, protocol, video = true, token } = options;
		const channels = protocol === "legacy" ? ["camera", "body_pose"] : ["control", "tracking"];
		const viewer = await WeriftViewer.connect({
			url,
			door: protocol === "legacy" || !video ? "offer" : "whep",
			video,
			channels,
			timeoutMs: 30_000,
			...(token !== undefined && { token }),
		});
		if (protocol === "tracking") {
			viewer.onMessage("control", (data) => answer(viewer, data.toString()));
			viewer.send("control", JSON.stringify({ type: "hello", v: 1, frame: "webxr", encodings: ["bin1"] }));
		}
		return new EmulatedWearer(viewer, options);
	}

	async close(): Promise<void> {
		clearInterval(this.#timer);
		await this.viewer.close();
	}

	#send(timeSec: number): void {
		const look = { yawDeg: 40 * Math.sin(timeSec), pitchDeg: 15 * Math.sin(1.7 * timeSec), rollDeg: 0 };
		const body = moved(this.#body, timeSec, this.#options.position ?? [0, 0, 0]);
		this.#sequence++;
		this.bodies++;
		if (this.#options.protocol === "legacy") this.#sendLegacy(look, body);
		else this.#sendTracking(look, body);
	}

	#sendLegacy({ yawDeg, pitchDeg }: ViewAngles, body: SkeletonPose<"FullBody">): void {
		this.viewer.send("camera", JSON.stringify({ yaw: (yawDeg + 360) % 360, pitch: pitchDeg, roll: 0, fov_x: 90 }));
		const bones = Array.from({ length: body.boneCount }, (_, id) => ({
			id,
			position: [...body.positions.subarray(3 * id, 3 * id + 3)] as unknown as Vector3,
			rotation: [0, 0, 0, 1] as const,
		}));
		this.viewer.send("body_pose", Buffer.from(encodeLegacyBodyPose(bones)));
	}

	#sendTracking(look: ViewAngles, body: SkeletonPose<"FullBody">): void {
		const head = SKELETONS.FullBody.bones.Head;
		this.#sample.setHead({
			sequence: this.#sequence,
			clientTimeMs: performance.now(),
			orientation: quaternionFromAngles(look),
			position: [...body.positions.subarray(3 * head, 3 * head + 3)] as unknown as Vector3,
		});
		this.#sendFrame();
		this.#fill("skeleton", 3, body, "FullBody");
		this.#sendFrame();
		const [x, y, z] = this.#options.position ?? [0, 0, 0];
		this.#fill("skeleton", 1, this.#hand, "XRHandLeft", [x - 0.3, y + 1.2, z - 0.4]);
		this.#sendFrame();
		this.#fill("controller", 5, { boneCount: 1, positions: Float32Array.of(x + 0.3, y + 1.2, z - 0.4) });
		this.#sample.hand = "right";
		this.#sendFrame();
	}

	#fill(
		kind: "skeleton" | "controller",
		stream: number,
		{ boneCount, positions }: { readonly boneCount: number; readonly positions: Float32Array },
		skeleton?: SkeletonType,
		at: Vector3 = [0, 0, 0],
	): void {
		const frame = this.#sample;
		frame.reset(boneCount);
		Object.assign(frame, { kind, skeleton, stream, sequence: this.#sequence, clientTimeMs: performance.now() });
		frame.valid.fill(1, 0, boneCount);
		for (let index = 0; index < boneCount * 3; index++) frame.positions[index] = positions[index]! + at[index % 3]!;
	}

	#sendFrame(): void {
		this.viewer.send("tracking", Buffer.from(this.#encoder.encode(this.#sample, "q16")!));
	}
}

/** The arms, which a body at rest holds out, hang and swing; the whole of it stands somewhere. */
function moved(rest: SkeletonPose<"FullBody">, timeSec: number, [x, y, z]: Vector3): SkeletonPose<"FullBody"> {
	const positions = new Float32Array(rest.positions);
	const { names, bones } = SKELETONS.FullBody;
	for (const [id, name] of names.entries()) {
		const at = 3 * id;
		let place = [...positions.subarray(at, at + 3)] as unknown as Vector3;
		const [, side] = /^(Left|Right)(Arm|Hand)/.exec(name) ?? [];
		if (side !== undefined) {
			const sign = side === "Left" ? 1 : -1;
			const shoulder = bones[`${side as "Left" | "Right"}ArmUpper`];
			const from = rest.positions.subarray(3 * shoulder, 3 * shoulder + 3);
			const angle = sign * (0.9 + 0.4 * Math.sin(2 * timeSec));
			const forwards = 0.5 * Math.sin(1.3 * timeSec + sign);
			const raised = transformPoint(
				{ position: [0, 0, 0], rotation: [0, 0, Math.sin(angle / 2), Math.cos(angle / 2)] },
				[place[0] - from[0]!, place[1] - from[1]!, place[2] - from[2]!],
			);
			const swung = transformPoint(
				{ position: [0, 0, 0], rotation: [Math.sin(forwards / 2), 0, 0, Math.cos(forwards / 2)] },
				raised,
			);
			place = [swung[0] + from[0]!, swung[1] + from[1]!, swung[2] + from[2]!];
		}
		positions.set([place[0] + x, place[1] + y, place[2] + z], at);
	}
	return { ...rest, positions };
}

/** Pings are answered, so that the server knows our clock. */
function answer(viewer: WeriftViewer, text: string): void {
	const receivedMs = performance.now();
	const result = parseServerControlMessage(text);
	if (result.kind !== "message" || result.message.type !== "ping") return;
	viewer.send(
		"control",
		JSON.stringify({ type: "pong", t0: result.message.t0, t1: receivedMs, t2: performance.now() }),
	);
}
