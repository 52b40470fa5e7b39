import * as rr from "panogaze-rerun";
import { CAMERA, SERVER_LOG_PATH, viewerName, viewerPaths } from "./record-paths.ts";

/** Viewers who have a tab. */
export const MOST_TABS = 16;

/**
 * A layout with a tab for each viewer: space beside its video, plots and the log.
 *
 * @param viewers the parts of their ids that are shown, in the order of joining; at most
 * `MOST_TABS`.
 */
export function sessionLayout(viewers: readonly string[]): rr.Blueprint {
	const tabs = viewers.map(viewerTab);
	const newest = tabs.length - 1;
	return new rr.Blueprint(
		tabs.length === 0 ? logView([SERVER_LOG_PATH]) : new rr.Tabs(...tabs, { activeTab: newest }),
		new rr.TimePanel({ timeline: "server", state: rr.PanelState.Collapsed }),
	);
}

function viewerTab(id: string): rr.Horizontal {
	const { world, latency, network, log } = viewerPaths(id);
	const space = new rr.Spatial3DView({ name: "Space", origin: "world", contents: "/world/**" });
	const video = new rr.Spatial2DView({ name: "What the viewer sees", origin: rr.entityPath([...world, CAMERA]) });
	const plots = new rr.Tabs(
		plot("Latency, ms", latency),
		plot("Bit rate, Mbit/s", [...network, "bit rate"]),
		plot("Loss and drops", [...network, "losses"]),
		plot("Queues, ms", [...network, "delays"]),
		plot("Values", world),
		{ activeTab: 0 },
	);
	const lines = logView([log, SERVER_LOG_PATH]);
	return new rr.Horizontal(space, new rr.Vertical(video, plots, lines, { rowShares: [3, 2, 1] }), {
		name: viewerName(id),
		columnShares: [3, 2],
	});
}

function plot(name: string, path: readonly string[]): rr.TimeSeriesView {
	return new rr.TimeSeriesView({ name, origin: rr.entityPath(path) });
}

function logView(paths: readonly (readonly string[])[]): rr.TextLogView {
	return new rr.TextLogView({
		name: "Log",
		origin: "/",
		contents: paths.map((path) => `${rr.entityPath(path)}/**`),
	});
}
