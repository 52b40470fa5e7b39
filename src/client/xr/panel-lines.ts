import type { ConnectionStats } from "../connection-numbers.ts";
import type { ViewedPlayback } from "../playback.ts";
import type { ViewVerdict } from "../view-state.ts";

/** The state of a stream, for the panel at the edge of a headset's view. */
export interface PanelState {
	readonly stats: ConnectionStats | undefined;
	/** The reading before it, for losses. */
	readonly statsBefore: ConnectionStats | undefined;
	readonly verdict: ViewVerdict;
	/** The play of the source; `undefined` before it is known. */
	readonly play: Pick<ViewedPlayback, "can" | "live" | "paused"> | undefined;
	/** Seconds from what is shown to the present of a live source that keeps its past; else NaN. */
	readonly behindSec: number;
	/** The server records this session. */
	readonly recording: boolean;
	/** The server has bounds of control, which is not on hold. */
	readonly hasBounds: boolean;
	/** The application's lines of words. */
	readonly hud: readonly string[];
}

/** A line of the panel. */
export interface PanelLine {
	readonly words: string;
	readonly tone: "plain" | "good" | "warning";
}

/** The panel's lines: latency, link, source, recording, control, and those of the application. */
export function panelLines(state: PanelState): readonly PanelLine[] {
	const { recording, hasBounds, hud } = state;
	const plain = (words: string): PanelLine => ({ words, tone: "plain" });
	const lines = [plain(latencyWords(state)), plain(linkWords(state))];
	lines.push(sourceLine(state));
	if (recording) lines.push(plain("● Recording"));
	if (hasBounds) lines.push({ words: "You have control", tone: "good" });
	return [...lines, ...hud.map(plain)];
}

/** Only what shows the present is live. */
function sourceLine({ verdict, play, behindSec }: PanelState): PanelLine {
	if (!verdict.live) return { words: `Source ${verdict.short.toLowerCase()}`, tone: "warning" };
	if (play === undefined || play.live || !play.can.includes("pause")) return { words: "Source live", tone: "plain" };
	if (!Number.isNaN(behindSec)) return { words: `Not live: ${Math.round(behindSec)} s ago`, tone: "warning" };
	return { words: play.paused ? "Source paused" : "Source playing", tone: "plain" };
}

function latencyWords({ stats }: PanelState): string {
	const latency = stats?.motionToPhoton;
	return `Latency ${latency === undefined ? "–" : `${Math.round(latency.p50)} ms`}`;
}

function linkWords({ stats, statsBefore }: PanelState): string {
	const { bitrateBps = Number.NaN, fps = Number.NaN } = stats ?? {};
	const rate = Number.isFinite(bitrateBps) ? `${(bitrateBps / 1e6).toFixed(1)} Mbit/s` : "–";
	const pictures = Number.isFinite(fps) ? `${Math.round(fps)} fps` : "– fps";
	const lost = stats && statsBefore ? stats.packetsLost - statsBefore.packetsLost : Number.NaN;
	const words = `Link ${rate}, ${pictures}`;
	return lost > 0 ? `${words}, ${lost} lost` : words;
}
