// Writes the vectors that every implementation of frame messages, surrounds and foveated views is
// tested with, in any language:
//   node scripts/build-picture-vectors.ts && npx biome check --write test/fixtures
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Foveation, foveationFor, squeezed } from "../src/media/foveation.ts";
import { type Frustum, symmetricFrustum } from "../src/media/frustum.ts";
import { type SurroundSize, surroundPlace, surroundSizeFor } from "../src/media/surround.ts";
import { encodeFrameMessage, type FrameMessage } from "../src/protocol/frame-message.ts";
import { encodeFrameStamp, stampAccessUnit } from "../src/protocol/frame-stamp.ts";

/** A direction (+X right, +Y up, -Z forward), and the pixel that shows it. */
interface Place {
	readonly ray: readonly number[];
	readonly place: readonly number[];
}

export interface PictureVectors {
	readonly about: string;
	/** A picture's message as JSON, as the bytes of a stamp, and in an access unit of one slice. */
	readonly messages: readonly {
		readonly name: string;
		readonly json: string;
		readonly stamp: string;
		readonly accessUnit: string;
	}[];
	/** Directions of the world, and pixels from the upper left corner of the surround. */
	readonly surrounds: readonly { readonly surround: SurroundSize; readonly places: readonly Place[] }[];
	/** Directions of the view, and pixels from its upper left corner. */
	readonly foveated: readonly {
		readonly width: number;
		readonly height: number;
		readonly frustum: Frustum;
		readonly foveation: Foveation;
		readonly places: readonly Place[];
	}[];
}

export const PICTURE_VECTORS_FILE = fileURLToPath(new URL("../test/fixtures/picture-vectors.json", import.meta.url));

const ABOUT =
	"Frame messages, surrounds and foveated views (docs/protocol.md). Written by " +
	"scripts/build-picture-vectors.ts.";

const PLAIN: FrameMessage = {
	rtpTicks: 1,
	poseSequence: 2,
	orientation: [0, 0, 0, 1],
	fovDeg: 90,
	eyes: 1,
	lens: "flat",
	times: { drawMs: 1000 },
};
/** The messages of the vectors by their names. */
export const VECTOR_MESSAGES: Readonly<Record<string, FrameMessage>> = {
	"a flat view": PLAIN,
	"a flat view with a surround": {
		...PLAIN,
		rtpTicks: 0xfffffff0,
		poseSequence: 4_000_000_000,
		orientation: [0.5, -0.5, 0.5, 0.5],
		fovDeg: 102.5,
		surround: surroundSizeFor(1280, 720),
		times: { panoramaMs: 99_000.25, poseMs: 99_003.5, drawMs: 99_004, drawnMs: 99_008, encodedMs: 99_012.75 },
	},
	"a little planet": { ...PLAIN, lens: "little-planet", fovDeg: 270 },
	"two foveated eyes": {
		...PLAIN,
		eyes: 2,
		lens: "foveated",
		frusta: [
			{ left: 1.25, right: 0.75, up: 0.875, down: 1 },
			{ left: 0.75, right: 1.25, up: 0.875, down: 1, headFromEye: [0, 0.6, 0, 0.8] },
		],
		foveation: { gaze: [0.125, -0.0625], strength: [1.75, 2] },
		surround: surroundSizeFor(1080, 2200),
	},
};

const SURROUNDS = [surroundSizeFor(1280, 720), surroundSizeFor(1080, 2200), surroundSizeFor(640, 360)];

const FOVEATED = [
	{ width: 836, height: 662, frustum: symmetricFrustum(1, 1280, 720), share: 0.6, gaze: [0, 0] },
	{ width: 836, height: 662, frustum: symmetricFrustum(1.5, 1280, 720), share: 0.6, gaze: [0.5, -0.25] },
	{ width: 764, height: 820, frustum: { left: 1.25, right: 0.75, up: 0.875, down: 1 }, share: 0.5, gaze: [0, 0] },
] as const;

/** The vectors as they are now. */
export function generatePictureVectors(): PictureVectors {
	const slice = Uint8Array.of(0, 0, 0, 1, 0x61, 0x88);
	return {
		about: ABOUT,
		messages: Object.entries(VECTOR_MESSAGES).map(([name, message]) => ({
			name,
			json: encodeFrameMessage(message),
			stamp: hex(encodeFrameStamp(message)),
			accessUnit: hex(stampAccessUnit(slice, message)),
		})),
		surrounds: SURROUNDS.map((surround) => ({
			surround,
			places: RAYS.map((ray) => ({ ray, place: surroundPlace(ray, surround).map(rounded) })),
		})),
		foveated: FOVEATED.map(({ width, height, frustum, share, gaze }) => {
			const foveation = foveationFor(frustum, { width, height }, share, gaze);
			const steps = [0.02, 0.25, 0.5, 0.75, 0.98];
			const places = steps.flatMap((down) =>
				steps.map((across): Place => {
					const x = -frustum.left + across * (frustum.left + frustum.right);
					const y = -frustum.up + down * (frustum.up + frustum.down);
					const ray = [x, -y, -1].map(rounded);
					return { ray, place: placeOf(ray, { width, height, frustum, foveation }).map(rounded) };
				}),
			);
			return { width, height, frustum, foveation, places };
		}),
	};
}

/** The formula of docs/protocol.md. */
function placeOf(
	[x = 0, y = 0, z = -1]: readonly number[],
	{ width, height, frustum, foveation }: Omit<PictureVectors["foveated"][number], "places">,
): number[] {
	const along = (tangent: number, from: number, to: number, axis: 0 | 1) => {
		const at = (value: number) => squeezed(value - foveation.gaze[axis], foveation.strength[axis]);
		return (at(tangent) - at(from)) / (at(to) - at(from));
	};
	const { left, right, up, down } = frustum;
	return [width * along(-x / z, -left, right, 0), height * along(y / z, -up, down, 1)];
}

/** Directions all over the sphere, none of them on an edge of a cube. */
const RAYS = Array.from({ length: 48 }, (_, index) => {
	const y = 1 - (2 * index + 1) / 48;
	const level = Math.sqrt(1 - y * y);
	const longitude = 2.4 * index + 0.1;
	return [rounded(level * Math.sin(longitude)), rounded(y), rounded(-level * Math.cos(longitude))] as const;
});

function rounded(value: number): number {
	return Math.round(value * 1e5) / 1e5;
}

function hex(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString("hex");
}

if (process.argv[1] === fileURLToPath(import.meta.url))
	writeFileSync(PICTURE_VECTORS_FILE, JSON.stringify(generatePictureVectors(), null, "\t"));
