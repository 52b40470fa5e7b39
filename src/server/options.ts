import type { Logger } from "pino";
import { ENCODER_CHOICES, type EncoderChoice } from "../encoder/libav-encoder.ts";
import { MAX_FOV_DEG, MIN_FOV_DEG } from "../media/view.ts";
import type { SourceOptions } from "../source/open-source.ts";
import type { VideoSource } from "../source/video-source.ts";
import type { HttpsOptions } from "./certificate.ts";
import { type ChannelHandlers, POSE_KINDS, type PoseHandlers } from "./channel-handlers.ts";

/** What every viewer gets to see. */
export interface ViewOptions {
	/** Even. More is sharper and costs drawing, encoding and bits in proportion. @default 1920 */
	readonly width?: number;
	/** Even. @default 1080 */
	readonly height?: number;
	/** Horizontal, degrees, until the viewer zooms; 20 to 150. @default 90 */
	readonly fovDeg?: number;
	/** Pictures a second. May be more than the source has: the newest panorama is then drawn again at the newest pose. @default 60 */
	readonly frameRate?: number;
}

/** A STUN or TURN server, as `RTCIceServer` of the browser. */
export interface IceServer {
	/** `stun:host:port` or `turn:host:port?transport=udp`. */
	readonly urls: string;
	readonly username?: string;
	readonly credential?: string;
}

export interface ServeOptions<State, Labels extends string> {
	/** A file, URL or device, as FFmpeg reads it, or a source of your own. @default the built-in scene */
	readonly source?: string | VideoSource;
	/** How a source given as text is opened. */
	readonly sourceOptions?: SourceOptions;
	/** Keep reading the source while nobody watches: the first viewer then waits for nothing. @default false */
	readonly keepSourceRunning?: boolean;
	readonly view?: ViewOptions;
	/** Upper bound of one viewer's stream, bits per second; congestion control stays below it. @default 10_000_000 */
	readonly bitrateBps?: number;
	/** @default "auto" */
	readonly encoder?: EncoderChoice;
	/** Threads that draw and encode. @default as many as the machine has cores */
	readonly renderWorkers?: number;
	/** Makes the object that handlers get as `state`, one per viewer. @default none */
	readonly state?: () => State;
	/** What to do with messages, by channel label. Known labels come decoded. */
	readonly channels?: ChannelHandlers<State, Labels>;
	/** What to do with head poses, bodies, hands and controllers, by kind. They come decoded, in world axes, whatever the client speaks. */
	readonly tracking?: PoseHandlers<State>;
	/** Of the page and the signalling, TCP; 0 takes a free one. @default 8080 */
	readonly port?: number;
	/** Address to listen on. @default "0.0.0.0", all of IPv4 */
	readonly host?: string;
	/**
	 * Speak HTTPS, without which browsers give a page from the network neither headsets nor motion sensors. `true`: with a certificate that the server
	 * makes at its first start and keeps in the user's data folder; `{ directory }`: keeps elsewhere; `{ certFile, keyFile }`: with one's own.
	 * @default false
	 */
	readonly https?: boolean | HttpsOptions;
	/** One UDP port for the media of all viewers; absent: a free one for each. */
	readonly udpPort?: number;
	/** Addresses that viewers outside can reach this machine at, when it can't see them itself (behind NAT, in a cloud). */
	readonly publicAddresses?: readonly string[];
	readonly iceServers?: readonly IceServer[];
	/** More are turned away with 503. @default 32 */
	readonly maxViewers?: number;
	/** Asked for as `Authorization: Bearer` by both front doors, when set. */
	readonly bearerToken?: string;
	/** Signalling requests a minute from one address. More costs an attacker less, fewer may turn away people behind one router. @default 600 */
	readonly requestsPerMinute?: number;
	/** Least important lines that are logged, to stderr as JSON. @default "info" */
	readonly logLevel?: LogLevel;
	/** Takes the lines instead; `logLevel` then means nothing. */
	readonly logger?: Logger;
	/** Closes the server. */
	readonly signal?: AbortSignal;
}

export const LOG_LEVELS = ["silent", "error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The options with every default filled in and every number checked. */
export type CompleteOptions<State, Labels extends string> = Required<
	Omit<
		ServeOptions<State, Labels>,
		| "source"
		| "sourceOptions"
		| "view"
		| "state"
		| "channels"
		| "tracking"
		| "https"
		| "udpPort"
		| "bearerToken"
		| "signal"
		| "renderWorkers"
		| "logger"
	>
> & {
	readonly view: Required<ViewOptions>;
	readonly source: string | VideoSource | undefined;
	readonly sourceOptions: SourceOptions;
	readonly state: () => State;
	readonly channels: ChannelHandlers<State, Labels>;
	readonly tracking: PoseHandlers<State>;
	readonly https: HttpsOptions | undefined;
	readonly udpPort: number | undefined;
	readonly bearerToken: string | undefined;
	readonly signal: AbortSignal | undefined;
	readonly renderWorkers: number | undefined;
	readonly logger: Logger | undefined;
};

/** @throws {RangeError | TypeError} naming the option, what was expected and what came. */
export function completeOptions<State, Labels extends string>(options: ServeOptions<State, Labels>): CompleteOptions<State, Labels> {
	const complete: CompleteOptions<State, Labels> = {
		source: options.source,
		sourceOptions: options.sourceOptions ?? {},
		keepSourceRunning: options.keepSourceRunning ?? false,
		view: { width: 1920, height: 1080, fovDeg: 90, frameRate: 60, ...dropUndefined(options.view ?? {}) },
		bitrateBps: options.bitrateBps ?? 10_000_000,
		encoder: options.encoder ?? "auto",
		renderWorkers: options.renderWorkers,
		state: options.state ?? (() => undefined as State),
		channels: options.channels ?? ({} as ChannelHandlers<State, Labels>),
		tracking: options.tracking ?? {},
		port: options.port ?? 8080,
		host: options.host ?? "0.0.0.0",
		https: options.https === false ? undefined : options.https,
		udpPort: options.udpPort,
		publicAddresses: options.publicAddresses ?? [],
		iceServers: options.iceServers ?? [],
		maxViewers: options.maxViewers ?? 32,
		bearerToken: options.bearerToken,
		requestsPerMinute: options.requestsPerMinute ?? 600,
		logLevel: options.logLevel ?? "info",
		signal: options.signal,
		logger: options.logger,
	};
	check(complete);
	return complete;
}

function check<State, Labels extends string>(options: CompleteOptions<State, Labels>): void {
	const { view } = options;
	requireWhole("view.width", view.width, 64, 4096);
	requireWhole("view.height", view.height, 64, 4096);
	for (const side of ["width", "height"] as const) {
		if (view[side] % 2 !== 0) throw new RangeError(`view.${side} is an even number of pixels; got ${view[side]}.`);
	}
	requireWithin("view.fovDeg", view.fovDeg, MIN_FOV_DEG, MAX_FOV_DEG);
	requireWithin("view.frameRate", view.frameRate, 1, 240);
	requireWithin("bitrateBps", options.bitrateBps, 100_000, 200_000_000);
	requireWhole("port", options.port, 0, 65_535);
	requireWhole("maxViewers", options.maxViewers, 1, 10_000);
	requireWhole("requestsPerMinute", options.requestsPerMinute, 1, 1_000_000);
	if (options.udpPort !== undefined) requireWhole("udpPort", options.udpPort, 1, 65_535);
	if (options.renderWorkers !== undefined) requireWhole("renderWorkers", options.renderWorkers, 1, 256);
	requireHttps(options.https);
	requireOneOf("encoder", options.encoder, ENCODER_CHOICES);
	requireOneOf("logLevel", options.logLevel, LOG_LEVELS);
	if (typeof options.state !== "function")
		throw new TypeError(`state is a function that makes one viewer's state; got ${typeof options.state}.`);
	for (const [label, handler] of Object.entries(options.channels)) {
		if (typeof handler !== "function") throw new TypeError(`channels.${label} is a function; got ${typeof handler}.`);
	}
	for (const [kind, handler] of Object.entries(options.tracking)) {
		requireOneOf("A key of tracking", kind, POSE_KINDS);
		if (handler !== undefined && typeof handler !== "function")
			throw new TypeError(`tracking.${kind} is a function; got ${typeof handler}.`);
	}
}

function requireHttps(https: HttpsOptions | undefined): void {
	if (https === undefined || https === true) return;
	if (typeof https !== "object" || https === null)
		throw new TypeError(`https is true, { directory }, or { certFile, keyFile }; got ${https}.`);
	const texts = Object.entries(https).filter(([, value]) => value !== undefined);
	for (const [name, value] of texts) {
		if (typeof value !== "string" || value === "") throw new TypeError(`https.${name} is the name of a file or folder; got ${value}.`);
	}
	const names = texts.map(([name]) => name);
	if (names.includes("certFile") !== names.includes("keyFile"))
		throw new TypeError(
			`https.certFile and https.keyFile belong together; got only ${names.includes("certFile") ? "certFile" : "keyFile"}.`,
		);
}

function requireWithin(name: string, value: number, least: number, most: number): void {
	if (!(value >= least && value <= most)) throw new RangeError(`${name} is a number from ${least} to ${most}; got ${value}.`);
}

function requireWhole(name: string, value: number, least: number, most: number): void {
	if (!Number.isInteger(value) || value < least || value > most)
		throw new RangeError(`${name} is a whole number from ${least} to ${most}; got ${value}.`);
}

function requireOneOf(name: string, value: string, allowed: readonly string[]): void {
	if (!allowed.includes(value)) throw new RangeError(`${name} is one of ${allowed.join(", ")}; got ${value}.`);
}

/** So that `{ width: undefined }` means the default, as a missing field does. */
function dropUndefined<T extends object>(object: T): T {
	return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
