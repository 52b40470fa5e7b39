import { describe, expect, it } from "vitest";
import { recordMotionCommand } from "./record-motion-command.ts";
import { replayCommand } from "./replay-command.ts";
import { serveCommand } from "./serve-command.ts";
import { type ServerFlags, serverOptions } from "./server-flags.ts";

describe("the flags of commands that serve", () => {
	it.each([
		["serve", serveCommand()],
		["record-motion", recordMotionCommand()],
	])("stand under a heading each in the help of %s", (_name, command) => {
		const help = command.createHelp();
		const without = help
			.visibleOptions(command)
			.filter(({ long, helpGroupHeading }) => long !== "--help" && helpGroupHeading === undefined);
		expect(without.map(({ flags }) => flags)).toEqual([]);
		expect(command.helpInformation()).toMatch(
			/^Source:\n[\s\S]*^View:\n[\s\S]*^Network:\n[\s\S]*^Security:\n[\s\S]*^Log:\n/m,
		);
	});

	const optionsOf = (...args: readonly string[]) => {
		const command = serveCommand().action(() => {});
		command.parse(["clip.mp4", ...args], { from: "user" });
		return serverOptions("clip.mp4", command.opts<ServerFlags>());
	};

	it("put control on hold by their bounds", () => {
		const bounds = ["--max-picture-age", "500", "--max-pose-age", "200", "--max-silence", "300"];
		expect(optionsOf(...bounds, "--engage", "hold").safety).toEqual({
			maxPictureAgeMs: 500,
			maxPoseAgeMs: 200,
			maxSilenceMs: 300,
			engage: "hold",
		});
		expect(() => optionsOf("--max-silence", "5")).toThrow(/maxSilenceMs is a number from 20 to 60000; got 5/);
	});

	it("state the camera's projection and orientation, and the filters of the view", () => {
		const fisheye = ["--in", "fisheye", "--in-option", "fov=190", "--in-option", "center=480,470"];
		const view = ["--orientation", "90,-10", "--kernel", "bicubic", "--antialias", "off"];
		expect(optionsOf(...fisheye, ...view)).toMatchObject({
			sourceOptions: {
				projection: { kind: "fisheye", fovDeg: 190, center: [480, 470] },
				orientation: { yawDeg: 90, pitchDeg: -10, rollDeg: 0 },
			},
			view: { kernel: "bicubic", antialias: "off" },
		});
		expect(optionsOf()).toMatchObject({
			sourceOptions: { projection: undefined },
			view: { kernel: "bilinear", antialias: "auto" },
		});
		expect(() => optionsOf("--in", "fish")).toThrow(/--in is one of .*fisheye.*got fish/);
		expect(() => optionsOf("--in-option", "fov=190")).toThrow("--in-option fov=190 needs --in");
	});

	it("are refused by replay where they would do nothing", async () => {
		for (const flags of [
			["--camera", "wrist=a.mp4"],
			["--time-shift", "5"],
			["--backend", "ffmpeg"],
		]) {
			const replay = replayCommand().parseAsync(["session.rrd", ...flags], { from: "user" });
			await expect(replay).rejects.toThrow(`${flags[0]} `);
		}
	});
});
