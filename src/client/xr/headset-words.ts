import type { HoldMessage } from "../../protocol/hold-messages.ts";

/** The words of a headset's panel in English; `ImmersiveViewOptions.language` replaces them. */
export const HEADSET_WORDS = {
	hold: "Control on hold",
	holdStarting: "Waiting for a fresh picture: control on hold",
	holdPicture: "Picture is old: control on hold",
	holdPictureOld: (age: string) => `Picture is ${age} old: control on hold`,
	holdPictureFrozen: "Picture is frozen: control on hold",
	holdSourceStalled: "The camera sends no pictures: control on hold",
	holdPoseOld: "Your movements arrive late: control on hold",
	holdSilent: "Your movements do not arrive: control on hold",
	holdNotEngaged: "You have let go: control on hold",
	holdNeedsSource: "It goes on when the camera sends pictures again.",
	holdNeedsPicture: "It goes on when your picture is fresh again.",
	holdNeedsPose: "It goes on when your movements arrive in time again.",
	// A grip that has been held since before does not count.
	holdNeedsGrip: "To steer, hold the grip anew.",
	panelLatency: (latency: string) => `Latency ${latency}`,
	panelLink: (rate: string, pictures: string) => `Link ${rate}, ${pictures}`,
	panelLost: (count: string) => `${count} lost`,
	panelSource: (state: string) => `Source: ${state}`,
	panelNotLive: (time: string) => `Not live: ${time} ago`,
	panelRecording: "Recording",
	panelRecordingFor: (time: string) => `Recording ${time}`,
	panelRecordingGaps: "Recording with gaps",
	panelRecordingStopped: "Recording stopped",
	panelNotRecorded: "Not recorded",
	consentTitle: "May you be recorded?",
	consentWords:
		"What you see and hear, your movements, microphone and camera, and the numbers of your connection. " +
		"You can watch and steer without it.",
	consentLive: "Those who may record see live what you see, and how you move.",
	consentYes: "Yes, record me",
	consentNo: "No",
	record: "Record",
	episodeRunning: (number: string, task: string) =>
		task === "" ? `Episode ${number}` : `Episode ${number}: ${task}`,
	episodeCounts: (ended: string, successes: string) => `Episodes: ${ended}, successes: ${successes}.`,
	episodeDiscarded: (number: string) => `Episode ${number} is discarded.`,
	episodeStart: "Start episode",
	episodeSuccess: "Success",
	episodeFailure: "Failure",
	episodeDiscard: "Discard",
	episodeDiscardLast: "Discard the last",
	recordStart: "Start recording",
	recordStop: "Stop recording",
	seenLiveShort: "Seen live",
	consentTakeBack: "Do not record me",
	panelClose: "Close",
	panelControl: "You have control",
	panelCameraOfViewer: (number: string) => `Viewer ${number}`,
	panelCameraOld: "not live",
	panelCameraSlow: "slow connection",
	live: "Live",
	playing: "Playing",
	paused: "Paused",
	viewRecentred: "View recentred",
};

type Said<Value> = Value extends string ? string : Value;

/** The words of a headset's panel: sentences, and functions of values that are already words. */
export type HeadsetWords = { readonly [Key in keyof typeof HEADSET_WORDS]: Said<(typeof HEADSET_WORDS)[Key]> };

/** Words of a headset, with the way in which their language writes numbers and other sentences. */
export interface HeadsetLanguage {
	readonly words: HeadsetWords;
	/** Writes a number with its unit; "–" for one that is not finite. */
	readonly number: (value: number, digits: number, unit?: string) => string;
	/** Translates a sentence of the connection or of the server; an unknown one stays. */
	readonly sentence: (english: string) => string;
}

/** English, with a point in numbers. */
export const HEADSET_ENGLISH: HeadsetLanguage = {
	words: HEADSET_WORDS,
	number: (value, digits, unit = "") => {
		if (!Number.isFinite(value)) return "–";
		return unit === "" ? value.toFixed(digits) : `${value.toFixed(digits)} ${unit}`;
	},
	sentence: (english) => english,
};

/** Why control is on hold, as a sentence for people. */
export function wordsOfHold(
	{ reason, ageMs, needs }: Pick<HoldMessage, "reason" | "ageMs" | "needs">,
	{ words, number }: Pick<HeadsetLanguage, "words" | "number">,
): string {
	switch (reason) {
		case "starting":
			// The picture has come, and only the gesture is missing.
			return needs === "engage" ? words.hold : words.holdStarting;
		case "picture-old":
			return ageMs === undefined ? words.holdPicture : words.holdPictureOld(number(ageMs / 1000, 1, "s"));
		case "picture-frozen":
			return words.holdPictureFrozen;
		case "source-stalled":
			return words.holdSourceStalled;
		case "pose-old":
			return words.holdPoseOld;
		case "operator-silent":
			return words.holdSilent;
		case "not-engaged":
			return words.holdNotEngaged;
		default:
			return words.hold;
	}
}

/**
 * The condition that the end of a hold waits for, as a sentence; "": none that is known.
 *
 * @param gesture how the person engages.
 */
export function wordsOfNeed(needs: string | undefined, words: HeadsetWords, gesture: string): string {
	switch (needs) {
		case "source":
			return words.holdNeedsSource;
		case "picture":
			return words.holdNeedsPicture;
		case "pose":
			return words.holdNeedsPose;
		case "engage":
			return gesture;
		default:
			return "";
	}
}
