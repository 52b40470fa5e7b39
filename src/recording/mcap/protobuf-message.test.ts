import { expect, it } from "vitest";
import { readProtobuf, textOf } from "../read/protobuf-reader.ts";
import { descriptorSet, type MessageType } from "./protobuf-message.ts";

it("describes each package after those that it imports", () => {
	const time: MessageType = { name: "last.Time", fields: [{ name: "sec", number: 1, type: "double" }] };
	const stamp: MessageType = { name: "middle.Stamp", fields: [{ name: "time", number: 1, type: time }] };
	const part: MessageType = { name: "own.Part", fields: [] };
	const whole: MessageType = {
		name: "own.Whole",
		fields: [
			{ name: "part", number: 1, type: part },
			{ name: "stamp", number: 2, type: stamp },
		],
	};
	const files = readProtobuf(descriptorSet(whole)).map(({ value }) => readProtobuf(value as Uint8Array));
	expect(files.map((file) => [textOf(file, 2), textOf(file, 3)])).toEqual([
		["last", ""],
		["middle", "last.proto"],
		["own", "middle.proto"],
	]);
});
