import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeClip } from "../support/clips.ts";
import { CommandLine, PATIENCE_MS, type StartedProgram } from "../support/command-line.ts";
import { until } from "../support/werift-viewer.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = readFileSync(join(root, "docs/tutorial.md"), "utf8");
const [, program] = /```ts\n([\s\S]*?)```/.exec(page)!;

const isSet = <T>(value: T | null): value is T => value !== null;

/** The lines of the tutorial's shell blocks, below a heading that begins with a number. */
function linesOfStep(step: number): string[] {
	const section = page.split(/^## /m).find((text) => text.startsWith(`${step}. `))!;
	return [...section.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap((match) => match[1]!.trim().split("\n"));
}

describe("the tutorial", () => {
	let terminal: CommandLine;
	/** The server of the first terminal, and the address that it has printed. */
	let server: StartedProgram | undefined;
	let address = "";
	/** The second terminal's client that plays the wearer of a headset, until it is ended. */
	let wearer: StartedProgram | undefined;

	beforeAll(async () => {
		terminal = new CommandLine();
		mkdirSync(join(terminal.folder, "node_modules"));
		symlinkSync(root, join(terminal.folder, "node_modules/panogaze"));
		terminal.write("package.json", '{ "type": "module" }');
		terminal.write("robot.ts", program!);
		copyFileSync(
			await makeClip({ width: 256, height: 128, frames: 30, rate: 30 }),
			join(terminal.folder, "clip.mp4"),
		);
	});
	afterAll(() => terminal[Symbol.dispose]());

	async function end(started: StartedProgram | undefined): Promise<void> {
		started?.child.kill("SIGINT");
		// A program without a handler for it ends by the signal itself.
		if (started !== undefined) expect([0, "SIGINT"], started.output()).toContain((await started.ended).find(isSet));
	}

	/** Runs a line as written, on a free port: clients to their end, servers to their address. */
	async function run(line: string): Promise<string> {
		const [, runner, rest] = /^(npx panogaze|node robot\.ts)\b ?(.*)$/.exec(line) ?? [];
		if (runner === undefined) throw new Error(`The tutorial says "${line}", which this test can't run.`);
		const words = rest!.split(" ").filter((word) => word !== "");
		if (words[0] === "probe" || words[0] === "play-motion") {
			const url = words[0] === "play-motion" ? ["--url", address] : [];
			if (words.includes("--demo")) {
				wearer = terminal.start([...words, ...url]);
				return "";
			}
			const { code, stdout, stderr } = await terminal.run([...words, ...url]);
			expect([code, stderr]).toEqual([0, expect.anything()]);
			return stdout;
		}
		await end(server);
		const environment = { PORT: "0", XDG_DATA_HOME: terminal.folder };
		const args =
			runner === "node robot.ts"
				? ["robot.ts", ...words]
				: [join(root, "src/cli/main.ts"), ...words, "--port", "0"];
		const started = terminal.startNode(args, environment);
		server = started;
		const printed = () => /https?:\/\/localhost:\d+\//.exec(started.stdout())?.[0];
		await until(() => printed() !== undefined, `the address of ${line}`, PATIENCE_MS);
		address = printed()!;
		return started.stdout();
	}

	it("serves the built-in scene", { timeout: PATIENCE_MS }, async () => {
		const lines = linesOfStep(1);
		expect(lines.slice(0, -1)).toEqual(["npm init -y", "npm pkg set type=module", "npm install panogaze"]);
		await run(lines.at(-1)!);
		expect((await fetch(`${address}status`)).status).toBe(200);
	});

	it("shows a file, and serves it over HTTPS", { timeout: PATIENCE_MS }, async () => {
		const [probe, serve] = linesOfStep(2);
		expect(await run(probe!)).toMatch(/^projection +equirectangular \(guessed: /m);
		expect(await run(serve!)).toContain("Looking around in clip.mp4");
		const [https] = linesOfStep(3);
		expect(await run(https!)).toContain("Fingerprint of the certificate");
		expect(address).toMatch(/^https:/);
	});

	it("prints where the hand of a wearer is", { timeout: PATIENCE_MS }, async () => {
		const [robot, play] = linesOfStep(4);
		await run(robot!);
		await run(play!);
		const printed = () => server!.stdout().match(/^right hand .*$/gm) ?? [];
		await until(() => printed().length > 2, "three places of the hand", PATIENCE_MS);
		await end(wearer);
		for (const line of printed())
			expect(line).toMatch(/^right hand -?\d\.\d\d right, -?\d\.\d\d up, -?\d\.\d\d back, (open|pinching)$/);
	});

	it("records the wearer, and plays the recording", { timeout: PATIENCE_MS }, async () => {
		const [record, play, serve, replay] = linesOfStep(5);
		await run(record!);
		await run(play!);
		const file = join(terminal.folder, "hand.jsonl");
		const poses = () => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []);
		await until(() => poses().length > 30, "thirty recorded poses", PATIENCE_MS);
		await end(wearer);
		await run(serve!);
		expect(await run(replay!)).toMatch(new RegExp(`body ${poses().length}\\b`));
		await end(server);
	});
});
