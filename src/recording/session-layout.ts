import * as rr from "panogaze-rerun";

/** A layout for one viewer's session: space beside its video, and plots of latency below. */
export function sessionLayout(viewerPath: readonly string[]): rr.Blueprint {
	const space = new rr.Spatial3DView({ name: "Space", origin: "world" });
	const video = new rr.Spatial2DView({ name: "What the viewer sees", origin: [...viewerPath, "camera"] });
	const poses = new rr.TimeSeriesView({ name: "Age of poses, ms", origin: "latency/poses" });
	const frames = new rr.TimeSeriesView({ name: "Frames, ms", origin: "latency/frames" });
	return new rr.Blueprint(
		new rr.Horizontal(space, new rr.Vertical(video, poses, frames, { rowShares: [2, 1, 1] }), {
			columnShares: [3, 2],
		}),
		new rr.TimePanel({ timeline: "server", state: rr.PanelState.Collapsed }),
	);
}
