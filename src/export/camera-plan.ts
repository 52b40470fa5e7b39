import type { EyeCount } from "../media/panorama.ts";
import type { CameraFeature } from "./dataset-format.ts";
import type { ViewWish } from "./drawn-cameras.ts";
import type { PlannedEpisode } from "./episode-plan.ts";
import type { ExportOptions } from "./export-options.ts";
import { hasPictures, picturesOfCamera } from "./picture-plan.ts";

/** A camera whose pictures are in a recording. */
export interface RecordedCamera {
	/** An image stream for each eye, the left one first. */
	readonly features: readonly CameraFeature[];
	/** Its name beside the view; `undefined`: it is the operator's view. */
	readonly name: string | undefined;
}

/** A camera that is drawn from the sphere, for one eye. */
export interface PlannedView {
	readonly feature: CameraFeature;
	readonly wish: ViewWish;
	readonly eye: 0 | 1;
}

/** The cameras of a dataset. */
export interface CameraPlan {
	readonly recorded: readonly RecordedCamera[];
	readonly views: readonly PlannedView[];
	/** All image streams: the recorded ones come first. */
	readonly features: readonly CameraFeature[];
}

/** The episodes and wishes that a `CameraPlan` is made of. */
export interface CameraWishes extends Pick<ExportOptions, "size" | "views" | "video" | "onNotice"> {
	readonly episodes: readonly PlannedEpisode[];
	/** Eyes of the sphere that views are drawn from. */
	readonly sphereEyes: EyeCount;
}

/** Pictures of views where no size is asked for. */
const DRAWN_SIZE = { width: 640, height: 480 };

/** Plans the image streams of a dataset. @throws {RangeError} when two have one name. */
export function planCameras(wishes: CameraWishes): CameraPlan {
	const { size = DRAWN_SIZE, views = [], sphereEyes } = wishes;
	const recorded = recordedCameras(wishes);
	const taken = recorded.flatMap(({ features }) => features.map(({ key }) => key));
	const drawn = views.flatMap((wish) =>
		keysOf(wish.name, sphereEyes).map((key, eye) => {
			if (taken.includes(key))
				throw new RangeError(`--view has a name of its own; ${key} is a camera of the recording.`);
			return { feature: { key, ...size }, wish, eye: eye === 0 ? 0 : 1 } as const;
		}),
	);
	const features = [...recorded.flatMap((camera) => camera.features), ...drawn.map(({ feature }) => feature)];
	return { recorded, views: drawn, features };
}

/** The operator's view and the cameras beside it that have pictures in all episodes. */
function recordedCameras({ episodes, size, video, onNotice }: CameraWishes): readonly RecordedCamera[] {
	if (video === false) return [];
	const names = new Set(episodes.flatMap(({ cameras }) => [...cameras.keys()]));
	return [undefined, ...[...names].sort()].flatMap((name) => {
		const largest = (of: "width" | "height" | "eyes") =>
			Math.max(...episodes.map((episode) => picturesOfCamera(episode, name)?.[of] ?? 0));
		const keys = keysOf(streamOf(name, names), largest("eyes") === 2 ? 2 : 1);
		const without = episodes.filter((episode) => !hasPictures(episode, name)).length;
		const place = size ?? { width: even(largest("width")), height: even(largest("height")) };
		if (without === 0) return [{ features: keys.map((key) => ({ key, ...place })), name }];
		if (without < episodes.length)
			onNotice?.(`${without} of ${episodes.length} episodes have no pictures: ${keys[0]} is left out.`);
		return [];
	});
}

/** Name of a camera's image stream: `view` is the operator's. @param names of all cameras. */
function streamOf(name: string | undefined, names: ReadonlySet<string>): string {
	if (name === undefined) return "view";
	let own = name;
	for (let number = 2; own.toLowerCase() === "view" || (own !== name && names.has(own)); number++)
		own = `${name}_${number}`;
	return own;
}

/** Keys of a camera among the features of a dataset: one for each eye. */
function keysOf(name: string, eyes: EyeCount): readonly string[] {
	const key = `observation.images.${name}`;
	return eyes === 2 ? [`${key}.left`, `${key}.right`] : [key];
}

function even(pixels: number): number {
	return Math.max(2, pixels - (pixels % 2));
}
