import type { EncoderChoice } from "../encoder/video-encoder.ts";
import type { ViewCodec } from "../media/video-format.ts";
import type { AnyProjection } from "../projection/custom-projection.ts";
import type { SamplingKernel } from "../projection/projector.ts";
import type { Transform } from "../projection/transform.ts";
import type { LiveViewOptions } from "../recording/live/live-view-options.ts";
import type { RecordOptions } from "../recording/record-options.ts";
import type { IceServer } from "../session/index.ts";
import type { SourceOptions } from "../source/source-options.ts";
import type { VideoSource } from "../source/video-source.ts";
import type { Viewer } from "../stream/viewer.ts";
import type { AuthorizeHook } from "./authorize.ts";
import type { HttpsOptions } from "./certificate.ts";
import type { ChannelHandlers, PoseHandlers } from "./channel-handlers.ts";
import type { Logger } from "./logger.ts";
import type { MediaOptions } from "./media-options.ts";
import type { NamedSource } from "./named-sources.ts";
import type { SafetyOptions } from "./safety-options.ts";
import type { TimeShiftOptions } from "./time-shift-options.ts";

export type { IceServer };

/** The view of every viewer, until the client asks for another. */
export interface ServedViewOptions {
	/**
	 * Even. More is sharper and costs drawing, encoding and bits in proportion.
	 * @default 1920
	 */
	readonly width?: number | undefined;
	/** Even. @default 1080 */
	readonly height?: number | undefined;
	/** Horizontal, degrees, until the viewer zooms; 20 to 150. @default 90 */
	readonly fovDeg?: number | undefined;
	/**
	 * Pictures a second. May be more than the source has: the newest panorama is
	 * then drawn again at the newest pose.
	 * @default 60
	 */
	readonly frameRate?: number | undefined;
	/** The filter that makes a pixel of the pixels around its place. @default "bilinear" */
	readonly kernel?: SamplingKernel | undefined;
	/**
	 * `auto` takes the mean of several samples where the view has fewer pixels than the source.
	 * @default "auto"
	 */
	readonly antialias?: "auto" | "off" | undefined;
}

/** One viewer and its state, for the functions that `serve()` calls when it joins. */
export interface ViewerContext<State> {
	readonly viewer: Viewer;
	/** The object that the `state` function made for this viewer. */
	readonly state: State;
}

/**
 * Options of `serve()`.
 *
 * @typeParam State the type of `state` in handlers, inferred from the factory.
 * @typeParam Labels labels of `channels`, inferred from the handlers.
 */
export interface ServeOptions<State, Labels extends string> {
	/**
	 * A file, URL or device, as FFmpeg reads it, or a source of your own.
	 * @default the built-in scene
	 */
	readonly source?: string | VideoSource | undefined;
	/**
	 * Several sources by name, in place of `source`: the first is looked around in, the others are
	 * cameras that viewers see beside the view. A camera's pictures are flat unless its options
	 * state a projection.
	 */
	readonly sources?: Readonly<Record<string, NamedSource>> | undefined;
	/** Name of the source that is looked around in. @default the first of `sources` */
	readonly mainSource?: string | undefined;
	/** Options for opening the main source, if it is given as text. */
	readonly sourceOptions?: SourceOptions | undefined;
	/**
	 * Keep reading the source without viewers: the first viewer then waits for
	 * nothing.
	 * @default false
	 */
	readonly keepSourceRunning?: boolean | undefined;
	readonly view?: ServedViewOptions | undefined;
	/**
	 * Upper bound of one viewer's stream, bits per second; congestion control stays
	 * below it.
	 * @default 10_000_000
	 */
	readonly bitrateBps?: number | undefined;
	/** Encoder of H.264; other codecs have one each. @default "auto" */
	readonly encoder?: EncoderChoice | undefined;
	/**
	 * Codecs that viewers may get, best first: each gets the first one that it offers.
	 * @default ["h264", "vp8", "vp9", "av1"]
	 */
	readonly codecs?: readonly ViewCodec[] | undefined;
	/**
	 * Pictures carry their pose, lens and times for clients that ask for it, as an SEI message of
	 * about 80 bytes each. `false`: never, for decoders that can't pass over one.
	 * @default true
	 */
	readonly stamps?: boolean | undefined;
	/** Threads that draw and encode. @default as many as the machine has cores */
	readonly renderWorkers?: number | undefined;
	/**
	 * Makes the object that handlers get as `state`, one per viewer, when it joins:
	 * before its client has introduced itself.
	 * @default none
	 */
	readonly state?: ((viewer: Viewer) => State) | undefined;
	/**
	 * Gives a viewer its lens when it joins; `viewer.lens` changes it at any time.
	 * @default the viewer chooses
	 */
	readonly lens?: ((context: ViewerContext<State>) => AnyProjection | undefined) | undefined;
	/**
	 * Makes a viewer's transform when it joins: a function that changes each of its pictures before
	 * it is encoded. `viewer.transform` changes it at any time.
	 * @default none
	 */
	readonly transform?: ((context: ViewerContext<State>) => Transform | undefined) | undefined;
	/**
	 * Puts a viewer's control on hold when the person acts on an old picture, or poses are old or
	 * missing: handlers then see `hold`, and `onHold` is called.
	 * @default off
	 */
	readonly safety?: SafetyOptions<State> | undefined;
	/**
	 * Records the sessions of all viewers into a file for Rerun, in a thread of its own: a folder,
	 * or options. `server.recording` is the recording.
	 * @default nothing is recorded
	 */
	readonly record?: string | RecordOptions | undefined;
	/**
	 * Shows the sessions while they go on in Rerun's viewers, to those who may record: at `/rerun`
	 * in a browser, and in Rerun's own program. `true`, or options. `server.rerun` has the
	 * addresses.
	 * @default on where `record` is given
	 */
	readonly rerun?: boolean | LiveViewOptions | undefined;
	/**
	 * Keeps the last minutes of a live source: viewers drag the time bar back and watch the past
	 * while others stay live.
	 * @default nothing is kept
	 */
	readonly timeShift?: TimeShiftOptions | undefined;
	/** Handlers of messages, by channel label. Messages of known labels come decoded. */
	readonly channels?: ChannelHandlers<State, Labels> | undefined;
	/**
	 * Handlers of heads, bodies, hands and controllers, by kind. Poses come
	 * decoded, in world axes, whatever channel and encoding the client uses.
	 */
	readonly tracking?: PoseHandlers<State> | undefined;
	/**
	 * Handlers of what clients send from their microphones and cameras: encoded (`audio`, `video`),
	 * or decoded (`pcm`, `pictures`), and the kinds that are taken without one.
	 * @default both are refused
	 */
	readonly media?: MediaOptions<State> | undefined;
	/** TCP port of the page and the signalling; 0 takes a free one. @default 8080 */
	readonly port?: number | undefined;
	/** Address to listen on. @default "0.0.0.0", all of IPv4 */
	readonly host?: string | undefined;
	/**
	 * Local address of the media, UDP; a wildcard is every address of the machine.
	 * Behind a proxy on this machine it differs from `host`.
	 * @default `host`
	 */
	readonly mediaHost?: string | undefined;
	/**
	 * Speak HTTPS, without which browsers give a page from the network neither
	 * headsets nor motion sensors. `true`: with a certificate that the server makes
	 * at its first start and keeps in the user's data folder; `{ directory }`:
	 * keeps elsewhere; `{ certFile, keyFile }`: with one's own.
	 * @default false
	 */
	readonly https?: boolean | HttpsOptions | undefined;
	/** UDP port for the media of all viewers; absent: a free port for each. */
	readonly udpPort?: number | undefined;
	/**
	 * Addresses that viewers outside can reach this machine at, when it can't see
	 * them itself (behind NAT, in a cloud).
	 */
	readonly publicAddresses?: readonly string[] | undefined;
	readonly iceServers?: readonly IceServer[] | undefined;
	/**
	 * Names under which browsers reach the page, beside `localhost`, the machine's
	 * own name and those in the certificate: a name in DNS, or of a tunnel. The
	 * page works under these names and under IP addresses only, as any other name
	 * may be an attacker's that points here.
	 */
	readonly publicHosts?: readonly string[] | undefined;
	/**
	 * Origins whose pages may connect and show the page in a frame:
	 * `https://robot.example`, `http://localhost:*` (every port),
	 * `https://*.example.org` (every name below), or `*` for all pages of the
	 * world.
	 * @default none but the server's own page
	 */
	readonly allowedOrigins?: readonly string[] | undefined;
	/** More are turned away with 503. @default 32 */
	readonly maxViewers?: number | undefined;
	/**
	 * Lets its bearer watch, steer and record: asked for as `Authorization: Bearer` by both
	 * front doors.
	 * @default no token is asked for
	 */
	readonly bearerToken?: string | undefined;
	/**
	 * Lets its bearer watch and turn their own view, and nothing else. With a view
	 * token alone no viewer steers.
	 */
	readonly viewToken?: string | undefined;
	/**
	 * Lets its bearer watch, begin and end recordings, and fetch them. Without `bearerToken` no
	 * viewer steers.
	 */
	readonly recordToken?: string | undefined;
	/**
	 * Decides in place of tokens about the rights of a request's sender. Its errors
	 * are logged, and the client's answer is 500.
	 */
	readonly authorize?: AuthorizeHook | undefined;
	/**
	 * Reverse proxies, by address or network (`10.0.0.0/8`), whose
	 * `X-Forwarded-For` says who the client is. Without it every client of a proxy
	 * counts as one.
	 * @default none
	 */
	readonly trustedProxies?: readonly string[] | undefined;
	/**
	 * HTTP connections at once. When there are more, the oldest that has no request
	 * under way is closed.
	 * @default 1024
	 */
	readonly maxConnections?: number | undefined;
	/** The same for one address, or one IPv6 /64; trusted proxies are excepted. @default 64 */
	readonly maxConnectionsPerAddress?: number | undefined;
	/**
	 * Signalling requests a minute from one address. More costs an attacker less,
	 * fewer may turn away people behind one router.
	 * @default 600
	 */
	readonly requestsPerMinute?: number | undefined;
	/** Least important lines that are logged, to stderr as JSON. @default "info" */
	readonly logLevel?: LogLevel | undefined;
	/** Takes the lines instead; `logLevel` then means nothing. */
	readonly logger?: Logger | undefined;
	/** Closes the server. */
	readonly signal?: AbortSignal | undefined;
}

/** Levels of the log, the quietest first. */
export const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;
/** The least important lines that are logged; "silent" logs nothing. */
export type LogLevel = (typeof LOG_LEVELS)[number];
