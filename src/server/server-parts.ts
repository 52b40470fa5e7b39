import { pino } from "pino";
import { Speaker } from "../client-media/speaker.ts";
import type { PacketRing } from "../media/packet-ring.ts";
import { SharedHeap } from "../media/shared-heap.ts";
import type { LiveView } from "../recording/live/live-view.ts";
import type { SessionHubOptions } from "../session/index.ts";
import { createVideoSource } from "../source/open-source.ts";
import type { VideoSource } from "../source/video-source.ts";
import { RenderPool } from "../stream/render-pool.ts";
import { largestViewSize } from "../stream/view-size.ts";
import { authorizerFrom } from "./authorize.ts";
import { loadCertificate, type ServerCertificate } from "./certificate.ts";
import { listenErrorFrom } from "./listen-error.ts";
import type { Logger } from "./logger.ts";
import { mediaAddress } from "./media-address.ts";
import { relays, takenMedia } from "./media-options.ts";
import { servedSources } from "./named-sources.ts";
import type { CompleteServeOptions } from "./options.ts";
import { MOST_RELAYED, RelayedCameras } from "./relayed-cameras.ts";
import { bitrateLimits, HUB_LIMITS } from "./serve-limits.ts";
import { ServedCameras } from "./served-cameras.ts";
import { liveViewOptions, openLiveView } from "./served-rerun.ts";
import { hostsOf } from "./server-hosts.ts";
import { keepPast } from "./time-shift.ts";

/** The parts of a server that are opened before it. The server closes them. */
export interface ServerParts {
	readonly log: Logger;
	readonly certificate: ServerCertificate | undefined;
	/** Local address of the media; `undefined`: every address of the machine. */
	readonly mediaHost: string | undefined;
	readonly source: VideoSource;
	readonly heap: SharedHeap;
	readonly pool: RenderPool;
	/** The ring of `timeShift`; `undefined` without the option. */
	readonly past: PacketRing | undefined;
	readonly cameras: ServedCameras;
	/** The viewers' cameras for each other; `undefined`: they are not relayed. */
	readonly relayedCameras: RelayedCameras | undefined;
	/** Plays the viewers' sound; `undefined`: nothing does. */
	readonly speaker: Speaker | undefined;
	/** The live view for Rerun; `undefined`: there is none. */
	readonly live: LiveView | undefined;
}

/**
 * Opens the parts of a server.
 *
 * @throws {ListenError} if the host of the media has no address here.
 * @throws {SpeakerError} if no program of this machine plays on the loudspeaker.
 * @throws {RangeError} if the source has no past that can be kept, or there is no memory for it.
 * @throws {Error} if the certificate, the source or the render threads can't be had.
 */
export async function openParts(options: CompleteServeOptions): Promise<ServerParts> {
	const { host, https, publicAddresses, publicHosts, timeShift } = options;
	const sources = servedSources(options);
	const { source, sourceOptions } = sources;
	const log: Logger =
		options.logger ?? pino({ level: options.logLevel, base: null }, pino.destination({ dest: 2, sync: true }));
	const onNotice = (message: string) => log.warn(message);
	const speaker = openSpeaker(options.media.speaker, log);
	const certificateHosts = [...hostsOf(host), ...publicAddresses, ...publicHosts];
	const certificate = https && (await loadCertificate(https, { hosts: certificateHosts, onNotice }));
	const listened = options.mediaHost ?? host;
	const mediaHost = await mediaAddress(listened).catch((error: unknown) => {
		throw listenErrorFrom(error, listened, 0);
	});
	// A part that fails leaves none of the others open.
	await using opened = new AsyncDisposableStack();
	const heap = new SharedHeap();
	const { width, height } = largestViewSize(options.view);
	const videoSource = typeof source === "object" ? source : createVideoSource(source, sourceOptions);
	const past = timeShift && keepPast(videoSource, timeShift);
	const pool = opened.use(
		await RenderPool.create({
			heap,
			maxWidth: width,
			maxHeight: height,
			workers: options.renderWorkers,
			onNotice,
		}),
	);
	const keepRunning = options.keepSourceRunning;
	const cameras = opened.use(await ServedCameras.create(sources, { heap, log, keepRunning }));
	const liveOptions = liveViewOptions(options);
	const live = liveOptions && (await openLiveView(liveOptions, log));
	opened.move();
	const relayedCameras = relays(options.media, "video") ? new RelayedCameras({ heap, log }) : undefined;
	const sourceParts = { source: videoSource, heap, pool, past, cameras, relayedCameras };
	return { log, certificate, mediaHost, ...sourceParts, speaker, live };
}

function openSpeaker(device: string | undefined, log: Logger): Speaker | undefined {
	if (device === undefined) return undefined;
	const speaker = new Speaker({ device, onTrouble: (message) => log.warn(message) });
	log.info(`Viewers are heard on the speaker ${device}, by ${speaker.program}.`);
	return speaker;
}

/** Options of the hub of a server's sessions, but for their sound. */
export function hubOptions(
	options: CompleteServeOptions,
	{ log, mediaHost, cameras, relayedCameras }: ServerParts,
): SessionHubOptions {
	const { udpPort, publicAddresses, iceServers, maxViewers, bitrateBps } = options;
	return {
		bindAddress: mediaHost,
		udpPort,
		publicAddresses,
		iceServers,
		maxViewers,
		codecs: options.codecs,
		authorize: authorizerFrom({
			token: options.bearerToken,
			viewToken: options.viewToken,
			recordToken: options.recordToken,
			authorize: options.authorize,
		}),
		bitrate: bitrateLimits(bitrateBps),
		cameras: () => cameras.all.length + (relayedCameras ? MOST_RELAYED : 0),
		received: takenMedia(options.media),
		limits: HUB_LIMITS,
		onFailure: (error) => log.error({ err: error }, "An offer could not be answered."),
		onListenerError: (error) => log.error({ err: error }, "A session's listener threw."),
	};
}
