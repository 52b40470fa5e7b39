import type { ViewedRecording } from "../connection-recording.ts";
import type { ButtonPanel, PanelButton } from "./button-panel.ts";
import type { HeadsetWords } from "./headset-words.ts";
import { recordingLine } from "./panel-lines.ts";

/** What a button of a headset's recording panel does. */
export type RecordingAction =
	| "open"
	| "close"
	| "record"
	| "stop"
	| "start-episode"
	| "success"
	| "failure"
	| "discard-episode"
	| "agree"
	| "refuse";

/** A panel about the recording, as a headset's wearer sees it. */
export interface RecordingPanel extends ButtonPanel<RecordingAction> {
	/** `question`: may the wearer be recorded? `plate`: the state, and the way to the `menu`. */
	readonly kind: "question" | "plate" | "menu";
}

/**
 * The panel about the recording, by the rules of the page: who may record begins and ends
 * recordings and episodes, and who is asked answers, and may change the answer.
 *
 * @param state `undefined`: the server does not record.
 * @param now `asks`: the wearer is to be asked; `opened`: the menu is wished for; `elapsedSec`:
 * since the beginning, NaN if there is none.
 * @returns `undefined`: there is nothing that the wearer could do.
 */
export function recordingPanel(
	state: ViewedRecording | undefined,
	now: { readonly asks: boolean; readonly opened: boolean; readonly elapsedSec: number },
	words: HeadsetWords,
): RecordingPanel | undefined {
	if (state === undefined) return undefined;
	if (now.asks) return question(state, words);
	const buttons = [...recordingButtons(state, words), ...consentButtons(state, words)];
	if (buttons.length === 0) return undefined;
	const title = sentenceOf(state, now.elapsedSec, words);
	const open: PanelButton<RecordingAction> = { action: "open", label: title };
	if (!now.opened) return { kind: "plate", title: "", words: "", buttons: [open] };
	const close: PanelButton<RecordingAction> = { action: "close", label: words.panelClose };
	return { kind: "menu", title, words: episodeSentence(state, words), buttons: [...buttons, close] };
}

function question({ live }: ViewedRecording, words: HeadsetWords): RecordingPanel {
	return {
		kind: "question",
		title: words.consentTitle,
		words: live ? `${words.consentWords} ${words.consentLive}` : words.consentWords,
		buttons: [
			{ action: "agree", label: words.consentYes },
			{ action: "refuse", label: words.consentNo },
		],
	};
}

function recordingButtons(state: ViewedRecording, words: HeadsetWords): PanelButton<RecordingAction>[] {
	const { mayRecord, episode } = state;
	if (!mayRecord) return [];
	if (!isRunning(state)) return [{ action: "record", label: words.recordStart }];
	const stop = { action: "stop", label: words.recordStop } as const;
	if (episode?.state === "running")
		return [
			{ action: "success", label: words.episodeSuccess },
			{ action: "failure", label: words.episodeFailure },
			{ action: "discard-episode", label: words.episodeDiscard },
			stop,
		];
	const mayDiscard = episode !== undefined && episode.state !== "discarded";
	return [
		{ action: "start-episode", label: words.episodeStart },
		...(mayDiscard ? [{ action: "discard-episode", label: words.episodeDiscardLast } as const] : []),
		stop,
	];
}

function consentButtons(state: ViewedRecording, words: HeadsetWords): PanelButton<RecordingAction>[] {
	const { consent, live } = state;
	if (!isRunning(state) && !live) return [];
	if (consent === "given") return [{ action: "refuse", label: words.consentTakeBack }];
	return consent === "refused" ? [{ action: "agree", label: words.consentYes }] : [];
}

function isRunning({ state }: ViewedRecording): boolean {
	return state === "recording" || state === "losing";
}

/** The state in few words. */
function sentenceOf(recording: ViewedRecording, elapsedSec: number, words: HeadsetWords): string {
	const { state, consent, episode, mayRecord } = recording;
	if (state === "off" && mayRecord) return words.record;
	if (state === "off" && consent === "given") return words.seenLiveShort;
	const shown = state === "off" || (state !== "failed" && consent === "refused") ? "needed" : state;
	const line = recordingLine({ state: shown, elapsedSec }, words).words;
	return episode?.state === "running" ? `${line} · ${words.episodeRunning(String(episode.number), "")}` : line;
}

function episodeSentence(recording: ViewedRecording, words: HeadsetWords): string {
	const { episode, episodes } = recording;
	if (!isRunning(recording) || episode === undefined) return "";
	const number = String(episode.number);
	// The title has its number.
	if (episode.state === "running") return episode.task ? words.episodeRunning(number, episode.task) : "";
	const counts = words.episodeCounts(String(episodes.ended), String(episodes.successes));
	return episode.state === "discarded" ? `${words.episodeDiscarded(number)} ${counts}` : counts;
}
