import { describe, expect, it } from "vitest";
import { type ServeOptions, SourceError } from "../src/index.ts";
import { encodeLegacyBodyPose } from "../src/tracking.ts";
import { Camera } from "./support/camera.ts";
import { keptLog, serveCamera, serversOfEachTest } from "./support/test-server.ts";
import { until, WeriftViewer } from "./support/werift-viewer.ts";

const startServer = serversOfEachTest(serveCamera);

/** A server whose log is kept. */
async function start<Labels extends string = never>(options: ServeOptions<undefined, Labels> = {}) {
	const { logger, lines } = keptLog();
	const server = await startServer<undefined, Labels>({ logger, ...options });
	return { server, lines, url: `http://127.0.0.1:${server.port}/` };
}

describe("serve({ bearerToken, viewToken })", () => {
	it("lets a view token's bearer see and turn the picture, and only the token's bearer reach handlers", async () => {
		const seen: string[] = [];
		const { server, url } = await start<"camera" | "control" | "body_pose" | "chat">({
			bearerToken: "drive",
			viewToken: "look",
			tracking: {
				head: ({ viewer }) => void seen.push(`${[...viewer.access]}: head`),
				skeleton: ({ viewer }) => void seen.push(`${[...viewer.access]}: skeleton`),
			},
			channels: {
				camera: ({ viewer }) => void seen.push(`${[...viewer.access]}: camera`),
				control: ({ viewer }) => void seen.push(`${[...viewer.access]}: control`),
				body_pose: ({ viewer }) => void seen.push(`${[...viewer.access]}: body_pose`),
				chat: ({ viewer }) => void seen.push(`${[...viewer.access]}: chat`),
			},
		});
		const channels = ["control", "camera", "body_pose", "chat", "frames"];
		const act = (viewer: WeriftViewer) => {
			viewer.send("control", JSON.stringify({ type: "hello", v: 1 }));
			viewer.send("camera", JSON.stringify({ yaw: 90 }));
			viewer.send(
				"body_pose",
				Buffer.from(encodeLegacyBodyPose([{ id: 7, position: [1, 2, 3], rotation: [0, 0, 0, 1] }])),
			);
			viewer.send("chat", "hello");
		};
		const watcher = await WeriftViewer.connect({ url, channels, token: "look" });
		act(watcher);
		const stats = () => server.stats().viewers[0]!;
		await until(() => stats().messagesNotAllowed === 2, "what is not allowed to be counted");
		await until(() => watcher.textsOf("frames").some((text) => text.includes('"q":[0,-0.707')), "the view to turn");
		await until(
			() => watcher.textsOf("control").some((text) => text.includes('"access":["watch"]')),
			"the welcome",
		);
		const refusals = () => watcher.textsOf("control").filter((text) => text.includes("not-allowed"));
		await until(() => refusals().length > 0, "the word about what is not allowed");
		expect(refusals()).toHaveLength(1);
		expect(seen).toEqual([]);
		expect(server.viewers[0]!.pose).toBeUndefined();
		await watcher.close();
		await until(() => server.viewers.length === 0, "the watcher's goodbye to count");
		const driver = await WeriftViewer.connect({ url, door: "offer", channels, token: "drive" });
		act(driver);
		await until(() => new Set(seen).size === 6, "the handlers");
		expect([...new Set(seen)].sort()).toEqual(
			["body_pose", "camera", "chat", "control", "head", "skeleton"].map((what) => `watch,steer,record: ${what}`),
		);
		await driver.close();
	});
});

describe("serve(): open doors", () => {
	it("says once, when it listens beyond this machine without a token, who may come in", async () => {
		const warnings = async (options: ServeOptions<undefined, never>) =>
			(await start(options)).lines.filter((line) => line.includes("may watch, steer and record"));
		expect(await warnings({ host: "0.0.0.0" })).toEqual([
			expect.stringMatching(
				/^Everybody who can reach 0\.0\.0\.0 port \d+ may watch, steer and record\. A token keeps /,
			),
		]);
		expect(await warnings({ host: "0.0.0.0", viewToken: "t" })).toEqual([]);
		expect(await warnings({ host: "127.0.0.1" })).toEqual([]);
	});
});

describe("serve(): answers to strangers", () => {
	it("name no path, address or secret of the failed source, which the log does", async () => {
		const source = new Camera();
		const { start: startSource } = source;
		let fails = false;
		const secret = "/home/walter/cams/front.mp4: rtsp://walter:swordfish@192.0.2.10/front";
		source.start = (createStore) =>
			fails
				? Promise.reject(new SourceError("failed", `No frames from ${secret}.`))
				: startSource.call(source, createStore);
		const { server, lines, url } = await start({ source });
		await until(() => server.source.state.name === "idle", "the source to rest after its trial");
		fails = true;
		const viewer = await WeriftViewer.connect({ url, channels: ["control"] });
		viewer.send("control", JSON.stringify({ type: "hello", v: 1 }));
		await until(
			() => viewer.textsOf("control").some((text) => text.includes("The source can't be read.")),
			"the bad news",
		);
		const answers = [viewer.textsOf("control").join("\n")];
		for (const path of ["status", "readyz", "healthz", "whep"])
			answers.push(await (await fetch(url + path)).text());
		for (const [path, type] of [
			["whep", "application/sdp"],
			["offer", "application/json"],
		] as const)
			answers.push(
				await (
					await fetch(url + path, { method: "POST", headers: { "content-type": type }, body: "{}" })
				).text(),
			);
		expect(answers.join("\n")).not.toMatch(/walter|swordfish|192\.0\.2\.10|front|\/home/);
		expect(lines.join("\n")).toContain(secret);
		await viewer.close();
		expect(server.viewers.length).toBeLessThan(2);
	});
});
