import { createHash } from "node:crypto";
import { AV_LOG_FATAL, AV_PKT_DATA_SPHERICAL, AV_PKT_DATA_STEREO3D, AVSEEK_FLAG_BACKWARD } from "node-av/constants";
import { FormatContext, type Frame, Log, Packet } from "node-av/lib";
import { LibavDecoder } from "../source/libav-decoder.ts";
import { LibavInput } from "../source/libav-input.ts";

/** FFmpeg's reading of a file's statements: AVSphericalMapping and AVStereo3D, as numbers. */
export interface FFmpegReading {
	/** AVSphericalProjection: 0 equirectangular, 1 cubemap, 2 a part of the first. */
	readonly projection: number | undefined;
	readonly anglesDeg: readonly number[];
	/** Left, top, right, bottom, 0 to 1. */
	readonly bounds: readonly number[];
	readonly padding: number | undefined;
	/** AVStereo3DType, 0 mono, 1 side by side, 2 top-bottom; negative where eyes are swapped. */
	readonly stereo: number | undefined;
	/** Width of a pixel by its height, as the container states it. */
	readonly pixelAspect: number;
	/** Hash of the packets of all streams, with their times. */
	readonly packets: string;
	readonly packetCount: number;
	/** Hash of the first packet behind the middle of the file, found through its index. */
	readonly middle: string;
}

/** Reads a whole file through FFmpeg. */
export function readByFFmpeg(path: string): FFmpegReading {
	Log.setLevel(AV_LOG_FATAL);
	const format = new FormatContext();
	format.allocContext();
	try {
		if (format.openInputSync(path, null, null) < 0) throw new Error(`FFmpeg can't open ${path}.`);
		if (format.findStreamInfoSync(null) < 0) throw new Error(`FFmpeg finds no streams in ${path}.`);
		const video = format.streams.find(({ codecpar }) => codecpar.width > 0);
		const sphere = video?.codecpar.getCodedSideData(AV_PKT_DATA_SPHERICAL) ?? undefined;
		const stereo = video?.codecpar.getCodedSideData(AV_PKT_DATA_STEREO3D) ?? undefined;
		using packet = new Packet();
		packet.alloc();
		const hash = createHash("sha256");
		let packetCount = 0;
		while (format.readFrameSync(packet) >= 0) {
			hash.update(`${packet.streamIndex} ${packet.pts} ${packet.dts} ${packet.isKeyframe}`);
			hash.update(packet.data ?? "");
			packet.unref();
			packetCount++;
		}
		format.seekFrameSync(-1, format.duration / 2n, AVSEEK_FLAG_BACKWARD);
		const sought = createHash("sha256");
		if (format.readFrameSync(packet) >= 0) sought.update(`${packet.pts}`).update(packet.data ?? "");
		const angle = (at: number) => (sphere === undefined ? Number.NaN : sphere.readInt32LE(at) / 65_536);
		const part = (at: number) => (sphere === undefined ? Number.NaN : sphere.readUInt32LE(at) / 2 ** 32);
		const { num = 1, den = 1 } = video?.sampleAspectRatio ?? {};
		return {
			pixelAspect: num === 0 ? 1 : num / den,
			projection: sphere?.readInt32LE(0),
			anglesDeg: [4, 8, 12].map(angle),
			bounds: [16, 20, 24, 28].map(part),
			padding: sphere?.readUInt32LE(32),
			stereo: stereo && stereo.readInt32LE(0) * ((stereo.readInt32LE(4) & 1) !== 0 ? -1 : 1),
			packets: hash.digest("hex"),
			packetCount,
			middle: sought.digest("hex"),
		};
	} finally {
		format.closeInputSync();
	}
}

/** Hash of a photo's decoded samples, as they are stored; of HEIF, of all its tiles. */
export async function decodedHash(path: string): Promise<string> {
	const options = { spec: path, track: undefined, inputFormat: "", inputOptions: {}, rtspTransport: "tcp" } as const;
	const input = await LibavInput.open(options, new AbortController().signal);
	const { stream, label } = input;
	const decoder = new LibavDecoder(stream, { hwaccel: "none", threads: 1, live: false, frameRate: 1, label });
	const hash = createHash("sha256");
	const add = async (frame: Frame) => {
		hash.update(`${frame.width} ${frame.height} ${frame.format}`).update(frame.data?.[0] ?? "");
		frame.free();
	};
	using packet = new Packet();
	packet.alloc();
	try {
		while (await input.read(packet)) await decoder.decode(packet, add);
		await decoder.decode(null, add);
		return hash.digest("hex");
	} finally {
		decoder.close();
		await input.close();
	}
}
