import type { ConnectionStats } from "../connection-numbers.ts";
import { shownPlay, type ViewedPlayback } from "../playback.ts";
import type { ViewVerdict } from "../view-state.ts";
import type { HeadsetLanguage, HeadsetWords } from "./headset-words.ts";

/** The state of a stream, for the panel at the edge of a headset's view. */
export interface PanelState {
	readonly stats: ConnectionStats | undefined;
	/** The reading before it, for losses. */
	readonly statsBefore: ConnectionStats | undefined;
	readonly verdict: ViewVerdict;
	/** The play of the source; `undefined` before it is known. */
	readonly play: Pick<ViewedPlayback, "can" | "live" | "paused" | "timeShift"> | undefined;
	/** Seconds from what is shown to the present of a live source that keeps its past; else NaN. */
	readonly behindSec: number;
	/** The recording that takes this session, or has failed; `undefined`: there is none. */
	readonly recording: PanelRecording | undefined;
	/** The server has bounds of control, which is not on hold. */
	readonly hasBounds: boolean;
	/** The application's lines of words. */
	readonly hud: readonly string[];
	readonly language: HeadsetLanguage;
}

/** A recording, for the panel. */
export interface PanelRecording {
	/** `needed`: it does not take this session before the person says so. */
	readonly state: "recording" | "losing" | "failed" | "needed";
	/** Seconds since its beginning; NaN: not known. */
	readonly elapsedSec: number;
}

/** A line of the panel. */
export interface PanelLine {
	readonly words: string;
	readonly tone: "plain" | "good" | "warning";
}

/** The panel's lines: latency, link, source, recording, control, and those of the application. */
export function panelLines(state: PanelState): readonly PanelLine[] {
	const { recording, hasBounds, hud } = state;
	const { words } = state.language;
	const plain = (line: string): PanelLine => ({ words: line, tone: "plain" });
	const lines = [plain(latencyWords(state)), plain(linkWords(state))];
	lines.push(sourceLine(state));
	if (recording !== undefined) lines.push(recordingLine(recording, words));
	if (hasBounds) lines.push({ words: words.panelControl, tone: "good" });
	return [...lines, ...hud.map(plain)];
}

/** The line about a recording. */
export function recordingLine({ state, elapsedSec }: PanelRecording, words: HeadsetWords): PanelLine {
	if (state === "failed") return { words: words.panelRecordingStopped, tone: "warning" };
	if (state === "needed") return { words: `○ ${words.panelNotRecorded}`, tone: "plain" };
	if (state === "losing") return { words: `● ${words.panelRecordingGaps}`, tone: "warning" };
	const said = Number.isNaN(elapsedSec) ? words.panelRecording : words.panelRecordingFor(minutesOf(elapsedSec));
	return { words: `● ${said}`, tone: "plain" };
}

/** 83 seconds are 1:23. */
function minutesOf(sec: number): string {
	return `${Math.floor(sec / 60)}:${String(Math.floor(sec % 60)).padStart(2, "0")}`;
}

/** Only what shows the present is live. */
function sourceLine({ verdict, play, behindSec, language }: PanelState): PanelLine {
	const { words, number, sentence } = language;
	if (!verdict.live) return { words: words.panelSource(sentence(verdict.short)), tone: "warning" };
	const shown = shownPlay(play);
	if (shown === "past") return { words: words.panelNotLive(number(behindSec, 0, "s")), tone: "warning" };
	return { words: words.panelSource(shown === "present" ? words.live : words[shown]), tone: "plain" };
}

function latencyWords({ stats, language: { words, number } }: PanelState): string {
	return words.panelLatency(number(stats?.motionToPhoton?.p50 ?? Number.NaN, 0, "ms"));
}

function linkWords({ stats, statsBefore, language: { words, number } }: PanelState): string {
	const { bitrateBps = Number.NaN, fps = Number.NaN } = stats ?? {};
	const pictures = `${number(fps, 0)} fps`;
	const lost = stats && statsBefore ? stats.packetsLost - statsBefore.packetsLost : Number.NaN;
	const link = words.panelLink(number(bitrateBps / 1e6, 1, "Mbit/s"), pictures);
	return lost > 0 ? `${link}, ${words.panelLost(number(lost, 0))}` : link;
}
