import { describe, expect, it } from "vitest";
import { decodeStoreInfo, encodeArrowMessage, encodeStoreId, encodeStoreInfo } from "./messages.ts";
import { ProtobufError, ProtobufWriter, readProtobuf } from "./protobuf.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("Protocol Buffers", () => {
	it("write the examples of their own documentation", () => {
		expect(hex(new ProtobufWriter().varint(1, 150).finish())).toBe("089601");
		expect(hex(new ProtobufWriter().text(2, "testing").finish())).toBe("120774657374696e67");
		expect(hex(new ProtobufWriter().message(3, (inner) => inner.varint(1, 150)).finish())).toBe("1a03089601");
	});

	it("read what they write", () => {
		const bytes = new ProtobufWriter()
			.varint(1, 2 ** 52 + 1)
			.bool(20, true)
			.fixed64(3, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))
			.bytes(4, new Uint8Array(1000).fill(7))
			.finish();
		expect(readProtobuf(bytes)).toEqual([
			{ number: 1, value: 2 ** 52 + 1 },
			{ number: 20, value: 1 },
			{ number: 3, value: Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1) },
			{ number: 4, value: new Uint8Array(1000).fill(7) },
		]);
	});

	it("refuse what is none", () => {
		for (const broken of ["08", "0896", "1205aa", "0f", "00", "09aabb", "08ffffffffffffffffffff01"])
			expect(() => readProtobuf(Buffer.from(broken, "hex")), broken).toThrow(ProtobufError);
	});
});

describe("messages", () => {
	const storeId = { kind: "recording", recordingId: "r", applicationId: "a" } as const;

	it("have the fields and numbers of rerun.log_msg.v1alpha1", () => {
		expect(hex(encodeStoreId(storeId))).toBe("0801120172" + "1a030a0161");
		const rowId = Uint8Array.from({ length: 16 }, (_, at) => at);
		expect(hex(encodeStoreInfo({ storeId, source: "s" }, rowId, [0, 33, 0, 0]))).toBe(
			// row_id: time_ns, inc; info: application_id, store_id, store_source (other, "s"),
			// store_version
			"0a12" +
				"090706050403020100" +
				"110f0e0d0c0b0a0908" +
				"121f" +
				"0a030a0161" +
				"120a08011201721a030a0161" +
				"2a0708061203" +
				"0a0173" +
				"3203" +
				"088042",
		);
		const payload = Uint8Array.of(1, 2, 3);
		const message = encodeArrowMessage(encodeStoreId(storeId), {
			chunkId: rowId,
			isStatic: true,
			compression: "lz4",
			uncompressedByteLength: 300,
			payload: [payload.subarray(0, 1), payload.subarray(1)],
			payloadByteLength: 3,
		})[0]!;
		// The payload comes last, so that it need not be copied.
		expect(readProtobuf(message).map(({ number }) => number)).toEqual([1, 2, 3, 4, 6, 7, 5]);
		expect(readProtobuf(message)[6]).toEqual({ number: 5, value: payload });
		expect(readProtobuf(message)[2]).toEqual({ number: 3, value: 300 });
	});

	it("take the application's name from where it was before 0.25", () => {
		const legacy = new ProtobufWriter()
			.message(2, (info) =>
				info.message(1, (id) => id.text(1, "old")).message(2, (store) => store.varint(1, 1).text(2, "r")),
			)
			.finish();
		expect(decodeStoreInfo(legacy)).toEqual({
			storeId: { kind: "recording", recordingId: "r", applicationId: "old" },
			source: "unknown",
		});
	});
});
