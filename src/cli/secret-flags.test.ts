import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { sourceFrom, tokensFromFlags } from "./secret-flags.ts";

const folder = mkdtempSync(join(tmpdir(), "panogaze-secrets-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
	const path = join(folder, name);
	writeFileSync(path, text);
	return path;
}

describe("tokensFromFlags()", () => {
	it("reads each token from its flag, its file or the environment, in this order", () => {
		const environment = {
			PANOGAZE_TOKEN: "env",
			PANOGAZE_VIEW_TOKEN: "env-view",
			PANOGAZE_RECORD_TOKEN: "env-record",
		};
		expect(tokensFromFlags({}, {})).toEqual({
			bearerToken: undefined,
			viewToken: undefined,
			recordToken: undefined,
		});
		expect(tokensFromFlags({}, environment)).toEqual({
			bearerToken: "env",
			viewToken: "env-view",
			recordToken: "env-record",
		});
		expect(
			tokensFromFlags({ token: "flag", viewToken: "flag-view", recordToken: "flag-record" }, environment),
		).toEqual({
			bearerToken: "flag",
			viewToken: "flag-view",
			recordToken: "flag-record",
		});
		const flags = {
			tokenFile: file("a", "from a file\n".replaceAll(" ", "-")),
			viewTokenFile: file("b", "  other\r\n"),
			recordTokenFile: file("c", "third"),
		};
		expect(tokensFromFlags(flags, environment)).toEqual({
			bearerToken: "from-a-file",
			viewToken: "other",
			recordToken: "third",
		});
	});

	it("takes nothing empty for no token: the door would stand open", () => {
		expect(() => tokensFromFlags({ token: "" }, {})).toThrow(
			"--token is a text that is not empty; got an empty one.",
		);
		expect(() => tokensFromFlags({ viewToken: "" }, {})).toThrow(/^--view-token is/);
		expect(() => tokensFromFlags({}, { PANOGAZE_TOKEN: "" })).toThrow(
			"PANOGAZE_TOKEN is set in the environment, and empty",
		);
		expect(() => tokensFromFlags({}, { PANOGAZE_VIEW_TOKEN: " " })).toThrow("PANOGAZE_VIEW_TOKEN is set");
		expect(() => tokensFromFlags({ tokenFile: file("empty", "\n") }, {})).toThrow(
			/^--token-file is a file with one line.*has none\.$/,
		);
	});

	it("says what is wrong with a file, and repeats no token", () => {
		expect(() => tokensFromFlags({ tokenFile: join(folder, "nowhere") }, {})).toThrow(
			/--token-file.*nowhere does not exist\.$/,
		);
		expect(() => tokensFromFlags({ viewTokenFile: folder }, {})).toThrow(/--view-token-file.*is a folder\.$/);
		expect(() => tokensFromFlags({ tokenFile: file("two", "hunter2\nhunter3\n") }, {})).toThrow(/has several\.$/);
		expect(() => tokensFromFlags({ token: "hunter2", tokenFile: "x" }, {})).toThrow(
			"--token and --token-file name one token; got both.",
		);
	});
});

describe("sourceFrom()", () => {
	it("is the argument, or else PANOGAZE_SOURCE, and never empty", () => {
		expect(sourceFrom(undefined, {})).toBeUndefined();
		expect(sourceFrom("clip.mp4", { PANOGAZE_SOURCE: "rtsp://u:p@host/" })).toBe("clip.mp4");
		expect(sourceFrom(undefined, { PANOGAZE_SOURCE: "rtsp://u:p@host/" })).toBe("rtsp://u:p@host/");
		expect(() => sourceFrom(undefined, { PANOGAZE_SOURCE: "" })).toThrow(
			"PANOGAZE_SOURCE is set in the environment, and empty",
		);
		expect(() => sourceFrom("", {})).toThrow("SOURCE is a file");
	});
});
