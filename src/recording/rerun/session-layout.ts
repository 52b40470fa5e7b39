import * as rr from "panogaze-rerun";
import {
	CAMERA,
	cameraPath,
	clientCameraPath,
	EPISODES_PATH,
	SERVER_LOG_PATH,
	viewerName,
	viewerPaths,
} from "../record-paths.ts";

/** Viewers who have a tab. */
export const MOST_TABS = 16;

/** The lines of text that every tab has. */
const COMMON_LOGS = [SERVER_LOG_PATH, EPISODES_PATH];
/** The last seconds that the plots of a live view show. */
const LIVE_PLOT_SEC = 20;
/** The eye of space: behind a standing person, to the right and above. */
const EYE = { position: [1.4, 2, 2.1], lookTarget: [0, 1.15, -0.4], eyeUp: [0, 1, 0] } as const;
const LAST_SECONDS = {
	timeline: "server",
	start: rr.TimeBoundary.cursorRelative({ seconds: -LIVE_PLOT_SEC }),
	end: rr.TimeBoundary.cursorRelative(),
} as const;

/**
 * A layout with a tab for each viewer: space beside its video, plots and the log.
 *
 * @param viewers the parts of their ids that are shown, in the order of joining; at most
 * `MOST_TABS`.
 * @param cameras names of the cameras beside the view.
 * @param isLive plots show the last seconds, not all of the recording.
 * @param hasCamera true for viewers whose own camera is recorded.
 */
export function sessionLayout(
	viewers: readonly string[],
	cameras: readonly string[] = [],
	isLive = false,
	hasCamera: (viewer: string) => boolean = () => false,
): rr.Blueprint {
	const tabs = viewers.map((id) => viewerTab(id, cameras, isLive, hasCamera(id)));
	const newest = tabs.length - 1;
	return new rr.Blueprint(
		tabs.length === 0 ? logView(COMMON_LOGS) : new rr.Tabs(...tabs, { activeTab: newest }),
		new rr.BlueprintPanel({ state: rr.PanelState.Collapsed }),
		new rr.SelectionPanel({ state: rr.PanelState.Collapsed }),
		new rr.TimePanel({ timeline: "server", state: rr.PanelState.Collapsed }),
	);
}

function viewerTab(id: string, cameras: readonly string[], isLive: boolean, hasCamera: boolean): rr.Horizontal {
	const { world, latency, network, log } = viewerPaths(id);
	const space = new rr.Spatial3DView({ name: "Space", origin: "world", contents: "/world/**", eyeControls: EYE });
	const plot = (name: string, path: readonly string[]) =>
		new rr.TimeSeriesView({ name, origin: rr.entityPath(path), ...(isLive && { timeRanges: LAST_SECONDS }) });
	const seen = new rr.Spatial2DView({ name: "What the viewer sees", origin: rr.entityPath([...world, CAMERA]) });
	const beside = cameras.map(
		(name) => new rr.Spatial2DView({ name: `Camera ${name}`, origin: rr.entityPath(cameraPath(name)) }),
	);
	if (hasCamera)
		beside.push(
			new rr.Spatial2DView({ name: "The viewer's own camera", origin: rr.entityPath(clientCameraPath(id)) }),
		);
	const video = beside.length === 0 ? seen : new rr.Tabs(seen, ...beside, { activeTab: 0 });
	const plots = new rr.Tabs(
		plot("Latency, ms", latency),
		plot("Bit rate, Mbit/s", [...network, "bit rate"]),
		plot("Loss and drops", [...network, "losses"]),
		plot("Queues, ms", [...network, "delays"]),
		plot("Values", world),
		{ activeTab: 0 },
	);
	const lines = logView([log, ...COMMON_LOGS]);
	return new rr.Horizontal(space, new rr.Vertical(video, plots, lines, { rowShares: [3, 2, 1] }), {
		name: viewerName(id),
		columnShares: [3, 2],
	});
}

function logView(paths: readonly (readonly string[])[]): rr.TextLogView {
	return new rr.TextLogView({
		name: "Log",
		origin: "/",
		contents: paths.map((path) => `${rr.entityPath(path)}/**`),
	});
}
