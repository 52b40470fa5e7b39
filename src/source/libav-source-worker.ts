import { AV_LOG_FATAL } from "node-av/constants";
import { Log } from "node-av/lib";
import { PacketRing, type PacketRingHandle } from "../media/packet-ring.ts";
import type { PlaybackAbility } from "../media/playback.ts";
import { chaptersOfFile } from "../metadata/chapters.ts";
import { CaptureTimes } from "./capture-times.ts";
import { asI420 } from "./libav-converter.ts";
import { LibavReader } from "./libav-reader.ts";
import { PacketCopier } from "./packet-copier.ts";
import { PacketKeeper } from "./packet-keeper.ts";
import { PassedPictures, type PassedPicturesHandle } from "./passed-pictures.ts";
import { PicturePasser } from "./picture-passer.ts";
import type { Play } from "./picture-show.ts";
import { showPictures } from "./show-run.ts";
import type { CompleteLibavOptions } from "./source-options.ts";
import { runSourceJob } from "./source-worker.ts";

/** The options of a source, and where the packets of a live one are kept. */
interface Options extends CompleteLibavOptions {
	readonly past?: PacketRingHandle | undefined;
	/** Coded pictures are handed on there. */
	readonly passed?: PassedPicturesHandle | undefined;
}

const TENDING_MS = 100;

await runSourceJob<Options>({ inFfmpeg: true }, async (job) => {
	// FFmpeg's own lines would bypass the log, and contain addresses with their passwords.
	Log.setLevel(AV_LOG_FATAL);
	const { past, passed } = job.options;
	const keeper = past
		? new PacketKeeper(PacketRing.attach(past), job)
		: passed && new PicturePasser(PassedPictures.attach(passed), job);
	const copier = new PacketCopier(job);
	const captures = new CaptureTimes(job);
	const reader = await LibavReader.open(job, asI420, { hasSound: true, keeper, copier, captures });
	const tending = setInterval(() => copier.tend(), TENDING_MS);
	try {
		await showPictures(job, reader, () => playOf(reader));
	} finally {
		clearInterval(tending);
		copier.flush();
	}
});

async function playOf(reader: LibavReader): Promise<Play> {
	const { access, still, live } = reader.input;
	const { canJump, durationSec } = reader;
	const can: PlaybackAbility[] = live || still ? [] : ["pause", "rate"];
	if (canJump) can.push("seek");
	if (can.length > 0 && !access.once) can.push("loop");
	return { can, chapters: canJump ? await chaptersOfFile(access.path) : [], durationSec, live };
}
