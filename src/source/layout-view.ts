import { type Quaternion, quaternionFromAngles, type ViewAngles } from "../media/rotation.ts";
import type { FoundStatement } from "../metadata/found-statement.ts";
import type { Finding, LayoutChoice } from "./layout-clues.ts";
import { anglesWords } from "./layout-words.ts";

/** The camera's orientation and the direction in which players begin. */
export interface ViewDecision {
	readonly layout: {
		readonly orientation?: ViewAngles | undefined;
		readonly worldFromPanorama?: Quaternion | undefined;
		readonly initialView?: ViewAngles | undefined;
	};
	readonly findings: readonly Finding[];
	readonly advice: readonly string[];
}

const ORIENTATION_OPTION = "--orientation";

/** Decides orientation and initial view. */
export function decideView({ orientation: told }: LayoutChoice, statements: readonly FoundStatement[]): ViewDecision {
	const posed = statements.find(({ pose }) => pose !== undefined && Object.values(pose).some((angle) => angle !== 0));
	const stated = posed?.pose && orientationOf(posed.pose, posed.yaw);
	const orientation = told ?? stated;
	const viewed = statements.find(({ initialView }) => initialView !== undefined);
	// A compass heading turns the picture's front away from straight ahead; players still begin
	// there.
	const heading = told === undefined && posed?.yaw !== "counter-clockwise" ? (stated?.yawDeg ?? 0) : 0;
	const initialView =
		viewed?.initialView ?? (heading === 0 ? undefined : { yawDeg: heading, pitchDeg: 0, rollDeg: 0 });
	const findings: Finding[] = [];
	const advice: string[] = [];
	if (orientation !== undefined) {
		const from = told === undefined ? (posed?.where ?? "") : "the option orientation";
		const certainty = told === undefined ? "stated" : "told";
		const found = anglesWords(orientation);
		findings.push({ subject: "orientation", found, from, certainty, option: ORIENTATION_OPTION });
		if (told === undefined)
			advice.push(
				`is turned by ${found}, as ${from} states; few files state it rightly. The option orientation ` +
					"changes it",
			);
	}
	if (initialView !== undefined) {
		const from = viewed?.where ?? `the heading in ${posed?.where}`;
		findings.push({
			subject: "initial view",
			found: anglesWords(initialView),
			from,
			certainty: "stated",
			option: "--yaw",
		});
	}
	return {
		layout: {
			...(orientation !== undefined && {
				orientation,
				worldFromPanorama: quaternionFromAngles(orientation),
			}),
			...(initialView !== undefined && { initialView }),
		},
		findings,
		advice,
	};
}

/**
 * A stated pose as the camera's orientation. Google's boxes turn the projection counter-clockwise
 * by `yaw`, then up by `pitch`, then clockwise by `roll` (Spherical Video V2, `prhd`).
 */
function orientationOf({ yawDeg, pitchDeg, rollDeg }: ViewAngles, yaw: FoundStatement["yaw"]): ViewAngles {
	return { yawDeg: yaw === "counter-clockwise" ? -yawDeg : yawDeg, pitchDeg, rollDeg };
}
