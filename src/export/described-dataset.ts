import type { DatasetPlan, ExportFormat } from "./dataset-format.ts";
import type { PlannedEpisode } from "./episode-plan.ts";

/** The facts about an episode that `info.json` lists. */
export type DescribedEpisode = Pick<PlannedEpisode, "episode" | "firstIndex" | "rows" | "task" | "success" | "viewer">;

/** The text of `info.json` beside the rows of a dataset that is not LeRobot's. */
export function describeDataset(
	{ rateHz, names, cameras }: DatasetPlan,
	format: ExportFormat,
	episodes: readonly DescribedEpisode[],
): string {
	const info = {
		format: `panogaze dataset ${format}`,
		version: 1,
		rate_hz: rateHz,
		action: names.action,
		state: names.state,
		cameras: cameras.map(({ key, width, height }) => ({ key, width, height, path: `videos/${key}.mp4` })),
		episodes: episodes.map(({ episode, firstIndex, rows, task, success, viewer }) => ({
			episode_index: episode,
			from_index: firstIndex,
			to_index: firstIndex + rows,
			task,
			success: success ?? null,
			viewer: viewer.id,
		})),
	};
	return `${JSON.stringify(info, undefined, "\t")}\n`;
}
