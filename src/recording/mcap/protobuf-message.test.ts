import { expect, it } from "vitest";
import { readProtobuf, textOf } from "../read/protobuf-reader.ts";
import { descriptorSet, type MessageType } from "./protobuf-message.ts";

it("describes each package after those that it imports", () => {
	const time: MessageType = { name: "other.Time", fields: [{ name: "sec", number: 1, type: "double" }] };
	const part: MessageType = { name: "own.Part", fields: [] };
	const whole: MessageType = {
		name: "own.Whole",
		fields: [
			{ name: "part", number: 1, type: part },
			{ name: "time", number: 2, type: time },
		],
	};
	const files = readProtobuf(descriptorSet(whole)).map(({ value }) => readProtobuf(value as Uint8Array));
	expect(files.map((file) => [textOf(file, 2), textOf(file, 3)])).toEqual([
		["other", ""],
		["own", "other.proto"],
	]);
});
