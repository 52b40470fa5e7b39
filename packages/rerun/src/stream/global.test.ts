import { afterEach, describe, expect, it, vi } from "vitest";
import { Scalars } from "../archetypes/plot.generated.ts";
import { Batching } from "../chunk/batcher.ts";
import * as rr from "./global.ts";
import { CollectingSink } from "./recording-stream.cases.ts";
import { RecordingStream } from "./recording-stream.ts";

const OPTIONS = { environment: {}, sendProperties: false, logTime: false, batching: Batching.never };

const collected = (recording: RecordingStream) => {
	const sink = new CollectingSink();
	recording.setSinks(sink);
	return async () => {
		await recording.close();
		return sink.rows.map(({ path, times }) => `${path}${"t" in times ? ` ${times["t"]}` : ""}`);
	};
};
const scalar = new Scalars(1);

describe("global recordings", () => {
	afterEach(() => rr.setGlobalRecording(undefined));

	it("get what is logged without naming one", async () => {
		const rows = collected(rr.init("test", OPTIONS));
		rr.setTime("t", { sequence: 1 });
		rr.log("a", scalar);
		rr.resetTime();
		rr.sendColumns("b", { t: { sequence: [5] } }, Scalars.columns({ scalars: [1] }));
		expect(await rows()).toEqual(["/b 5", "/a 1"]);
	});

	it("are closed by the next init()", () => {
		const first = rr.init("test", OPTIONS);
		const second = rr.init("test", OPTIONS);
		expect([first.closed, second.closed, rr.activeRecording()]).toEqual([true, false, second]);
	});

	it("are missed once, and nothing happens", () => {
		const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
		rr.log("a", scalar);
		rr.setTime("t", { sequence: 1 });
		expect(warn).toHaveBeenCalledTimes(1);
		warn.mockRestore();
	});

	it("give way to withRecording(), also behind an await where Node remembers", async () => {
		const outer = collected(rr.init("test", OPTIONS));
		const inner = new RecordingStream("inner", OPTIONS);
		const innerRows = collected(inner);
		const work = rr.withRecording(inner, async () => {
			rr.log("in", scalar);
			await new Promise((resolve) => setImmediate(resolve));
			rr.log("in later", scalar);
		});
		rr.log("out", scalar);
		await work;
		rr.log("out later", scalar);
		expect(await outer()).toEqual(["/out", "/out\\ later"]);
		expect(await innerRows()).toEqual(["/in", "/in\\ later"]);
	});

	it("give way to withRecording() until the first await where nothing remembers", () => {
		const scope = new rr.SynchronousScope();
		const [outer, inner] = [new RecordingStream("outer", OPTIONS), new RecordingStream("inner", OPTIONS)];
		const seen = scope.run(outer, () => [
			scope.getStore(),
			scope.run(inner, () => scope.getStore()),
			scope.getStore(),
		]);
		expect(seen).toEqual([outer, inner, outer]);
		expect(() =>
			scope.run(outer, () => {
				throw new Error("work");
			}),
		).toThrow("work");
		expect(scope.getStore()).toBeUndefined();
	});
});
