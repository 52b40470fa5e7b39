import { describe, expect, it } from "vitest";
import { SourceUnderTest, startFailure } from "./video-source.cases.ts";
import { WorkerSource } from "./worker-source.ts";

const INFO = {
	format: { width: 256, height: 128, eyes: 1, color: { range: "limited", matrix: "bt709", chromaSiting: "left" } },
	frameRate: 30,
	codec: "rawvideo",
	hwaccel: "none",
	live: false,
	durationSec: Number.NaN,
};

/** A source whose worker runs `script`, which finds `parentPort` and `info`. */
function sourceOf(script: string, stopTimeoutMs = 20_000): WorkerSource {
	const text = `import { parentPort } from "node:worker_threads"; const info = ${JSON.stringify(INFO)}; ${script}`;
	return new WorkerSource({
		name: "test",
		worker: new URL(`data:text/javascript,${encodeURIComponent(text)}`),
		options: {},
		stopTimeoutMs,
	});
}

describe("WorkerSource", () => {
	it("turns a crash after the start into an error event", async () => {
		const test = await SourceUnderTest.start(
			sourceOf(
				`parentPort.on("message", () => { throw new Error("boom"); }); parentPort.postMessage({ ` +
					`type: "opened", info });`,
			),
		);
		await test.until(() => test.errors.length > 0);
		expect(test.errors[0]).toMatchObject({
			name: "SourceError",
			code: "failed",
			message: "The source's reader crashed: boom",
		});
		expect(test.errors).toHaveLength(1);
		expect(test.ended).toBe(0);
		await test.source.stop();
	});

	it("turns a crash before the start, or a silent end, into a failed start", async () => {
		expect(await startFailure(sourceOf(`throw new Error("early");`))).toMatchObject({
			code: "failed",
			message: expect.stringContaining("early"),
		});
		expect(await startFailure(sourceOf("process.exit(3);"))).toMatchObject({
			message: "The source's reader ended with exit code 3.",
		});
	});

	it("stops a worker that does not listen", { timeout: 15_000 }, async () => {
		const test = await SourceUnderTest.start(
			sourceOf(
				`parentPort.on("message", () => { while (true); }); parentPort.postMessage({ type: "opened", info });`,
				100,
			),
		);
		await test.source.stop();
		expect(test.ended).toBe(1);
		expect(test.errors).toEqual([]);
	});

	it("starts again for a place that was asked for while the source came to its end", async () => {
		const test = await SourceUnderTest.start(
			sourceOf(`import { workerData } from "node:worker_threads";
				parentPort.postMessage({ type: "notice", message: JSON.stringify(workerData.data.playback) });
				parentPort.postMessage({ type: "opened", info });
				parentPort.on("message", (message) => {
					if (message.type === "store") return;
					parentPort.postMessage({ type: "stopped" });
					parentPort.close();
				});`),
		);
		test.source.control!({ positionSec: 3, rate: 2 }, "somebody");
		await test.until(() => test.notices.length > 1);
		expect(test.notices.map((text) => JSON.parse(text) as unknown)).toEqual([{}, { positionSec: 3, rate: 2 }]);
		expect(test.ended).toBe(0);
		test.source.control!({ rate: 4 });
		await test.until(() => test.ended > 0);
		expect(test.errors).toEqual([]);
	});

	it("passes notices on", async () => {
		const test = await SourceUnderTest.start(
			sourceOf(`parentPort.postMessage({ type: "notice", message: "hello" });
				parentPort.postMessage({ type: "opened", info });
				parentPort.on("message", (message) => {
					if (message.type !== "stop") return;
					parentPort.postMessage({ type: "stopped" });
					parentPort.close();
				});`),
		);
		expect(test.notices).toEqual(["hello"]);
		await test.source.stop();
		expect(test.ended).toBe(1);
	});

	it("passes statements of capture times on where their judgement changes, and as pictures become late", async () => {
		const source = sourceOf(`const state = (used, ageSec, isLate) => {
				parentPort.postMessage({ type: "capture", statement: { origin: "rtcp", used, ageSec, isLate } });
			};
			state(true, 0.2);
			state(true, 3);
			state(true, 3, true);
			state(true, 3.1, true);
			state(true, 0.3);
			state(false, -5);
			parentPort.postMessage({ type: "opened", info });
			parentPort.on("message", (message) => {
				if (message.type !== "stop") return;
				parentPort.postMessage({ type: "stopped" });
				parentPort.close();
			});`);
		const agesSec: number[] = [];
		source.on("capture", ({ ageSec }) => void agesSec.push(ageSec));
		const test = await SourceUnderTest.start(source);
		expect(agesSec).toEqual([0.2, 3, 0.3, -5]);
		expect(source.stats().capture?.ageSec).toBe(-5);
		await test.source.stop();
	});
});
