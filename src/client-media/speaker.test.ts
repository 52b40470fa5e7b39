import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Speaker } from "./speaker.ts";
import { findSpeakerProgram } from "./speaker-program.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-speaker-"));
const file = join(folder, "played");
const path = process.env["PATH"] ?? "";
const PATIENCE = { timeout: 20_000, interval: 10 };

beforeAll(() => {
	// A player that keeps what it gets, and its arguments; and one that always fails.
	writeFileSync(join(folder, "aplay"), `#!/bin/sh\necho "$@" > ${file}.words\nexec cat >> ${file}\n`, {
		mode: 0o755,
	});
	writeFileSync(join(folder, "pacat"), "#!/bin/sh\necho no server >&2\nexit 1\n", { mode: 0o755 });
	process.env["PATH"] = `${folder}${delimiter}${path}`;
});
afterAll(() => {
	process.env["PATH"] = path;
	rmSync(folder, { recursive: true });
});

describe.skipIf(process.platform === "win32")("Speaker", () => {
	it("plays what it is given on the device that is named", async () => {
		const speaker = new Speaker({ device: "plughw:1", onTrouble: () => {} });
		expect(speaker.program).toBe("aplay");
		for (let n = 0; n < 4; n++) speaker.play("a", new Int16Array(1920).fill(500 + n));
		const played = () => (existsSync(file) ? new Int16Array(new Uint8Array(readFileSync(file)).buffer) : []);
		await expect.poll(() => played().length, PATIENCE).toBeGreaterThanOrEqual(4 * 1920);
		expect([played()[0], played()[4 * 1920 - 1]]).toEqual([500, 503]);
		expect(readFileSync(`${file}.words`, "utf8")).toMatch(/-f S16_LE -r 48000 -c 2 .*-D plughw:1/);
		await speaker.close();
	});

	it("says why its player has ended", async () => {
		const troubles: string[] = [];
		const speaker = new Speaker({ device: "pulse:robot", onTrouble: (message) => troubles.push(message) });
		for (let n = 0; n < 4; n++) speaker.play("a", new Int16Array(1920).fill(500));
		await expect.poll(() => troubles, PATIENCE).toHaveLength(1);
		expect(troubles[0]).toMatch(/^The speaker pulse:robot has failed, and is tried again: /);
		await speaker.close();
	});

	it("names the programs that would play, where there is none", () => {
		expect(() => findSpeakerProgram("pulse", "/nowhere")).toThrow(
			'The speaker "pulse" needs a program that plays sound: install pacat (pulseaudio-utils).',
		);
		expect(findSpeakerProgram("default", folder)).toMatchObject({ command: "aplay", environment: {} });
	});
});
