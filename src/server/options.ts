import { isIP } from "node:net";
import { availableParallelism } from "node:os";
import { ENCODER_CHOICES } from "../encoder/video-encoder.ts";
import {
	bounded,
	type CompleteOptions,
	callback,
	completeOptions,
	flag,
	group,
	listOf,
	numberWithin,
	type Option,
	type OptionTable,
	objectWith,
	oneOf,
	optional,
	recordOf,
	refined,
	secretText,
	text,
	wholeNumber,
	withDefault,
	wrongKind,
} from "../media/option-table.ts";
import { VIEW_CODECS, type ViewCodec } from "../media/video-format.ts";
import { MAX_FOV_DEG, MIN_FOV_DEG } from "../media/view.ts";
import type { AnyProjection } from "../projection/custom-projection.ts";
import { SAMPLING_KERNELS } from "../projection/projector.ts";
import type { Transform } from "../projection/transform.ts";
import { liveViewOption } from "../recording/live/live-view-options.ts";
import { recordOption } from "../recording/record-options.ts";
import type { IceServer } from "../session/index.ts";
import { SOURCE_OPTIONS } from "../source/source-options.ts";
import type { MessageOf } from "../stream/channel-inbox.ts";
import type { Viewer } from "../stream/viewer.ts";
import type { AuthorizeHook } from "./authorize.ts";
import type { HttpsOptions } from "./certificate.ts";
import type { ChannelHandler, PoseHandler, PoseHandlers } from "./channel-handlers.ts";
import type { Logger } from "./logger.ts";
import { MEDIA_OPTIONS } from "./media-options.ts";
import { type CameraSource, isVideoSource, servedSources, sourceOption, sourcesOption } from "./named-sources.ts";
import { parseAllowedOrigin, parsePublicHost } from "./origin-policy.ts";
import { SAFETY_OPTIONS } from "./safety-options.ts";
import { LOG_LEVELS, type ServedViewOptions, type ServeOptions, type ViewerContext } from "./serve-options.ts";
import { TIME_SHIFT_OPTIONS } from "./time-shift-options.ts";

const VIEW_OPTIONS = {
	width: withDefault(evenPixels, 1920),
	height: withDefault(evenPixels, 1080),
	fovDeg: withDefault(numberWithin(MIN_FOV_DEG, MAX_FOV_DEG), 90),
	frameRate: withDefault(numberWithin(1, 240), 60),
	kernel: withDefault(oneOf(SAMPLING_KERNELS), "bilinear"),
	antialias: withDefault(oneOf(["auto", "off"]), "auto"),
} satisfies OptionTable<ServedViewOptions>;

const ICE_SERVER = {
	urls: text("stun:HOST:PORT or turn:HOST:PORT as text"),
	username: optional(text()),
	credential: optional(secretText),
} satisfies OptionTable<IceServer>;

const HTTPS_FILES = group({ certFile: optional(text()), keyFile: optional(text()), directory: optional(text()) });

const POSE_HANDLERS = {
	head: optional(callback<PoseHandler<unknown>>()),
	skeleton: optional(callback<PoseHandler<unknown>>()),
	controller: optional(callback<PoseHandler<unknown>>()),
} satisfies OptionTable<PoseHandlers<unknown>>;

const MAX_TOKEN_LENGTH = 4096;

type ViewerFactory<Made> = (context: ViewerContext<unknown>) => Made | undefined;

/** Sources have names once they are checked. */
type ServeTable = Omit<OptionTable<ServeOptions<unknown, string>>, "sources"> & {
	readonly sources: Option<readonly CameraSource[] | undefined>;
};

/** Every option of `serve()`: its check and its default stand here and nowhere else. */
const SERVE_OPTIONS = {
	source: optional(sourceOption),
	sources: optional(sourcesOption),
	mainSource: optional(text()),
	sourceOptions: group(SOURCE_OPTIONS),
	keepSourceRunning: withDefault(flag, false),
	view: group(VIEW_OPTIONS),
	bitrateBps: withDefault(numberWithin(100_000, 200_000_000), 10_000_000),
	encoder: withDefault(oneOf(ENCODER_CHOICES), "auto"),
	codecs: withDefault<readonly ViewCodec[]>(codecList, VIEW_CODECS),
	stamps: withDefault(flag, true),
	renderWorkers: withDefault(wholeNumber(1, 256), availableParallelism()),
	state: withDefault(callback<(viewer: Viewer) => unknown>(" that makes one viewer's state"), () => undefined),
	lens: optional(callback<ViewerFactory<AnyProjection>>(" that gives one viewer its lens")),
	transform: optional(callback<ViewerFactory<Transform>>(" that makes one viewer's transform")),
	safety: group(SAFETY_OPTIONS),
	record: recordOption,
	rerun: liveViewOption,
	timeShift: optional(group(TIME_SHIFT_OPTIONS)),
	channels: withDefault(recordOf(callback<ChannelHandler<MessageOf<string>, unknown>>()), {}),
	tracking: group(POSE_HANDLERS),
	media: group(MEDIA_OPTIONS),
	port: withDefault(wholeNumber(0, 65_535), 8080),
	host: withDefault(text(), "0.0.0.0"),
	mediaHost: optional(text()),
	https: refined(HTTPS_FILES, httpsOption),
	udpPort: optional(wholeNumber(1, 65_535)),
	publicAddresses: withDefault(listOf(text()), []),
	iceServers: withDefault(listOf(group(ICE_SERVER)), []),
	publicHosts: withDefault(listOf(parsePublicHost), []),
	allowedOrigins: withDefault(listOf(allowedOrigin), []),
	maxViewers: withDefault(wholeNumber(1, 10_000), 32),
	bearerToken: optional(token),
	viewToken: optional(token),
	recordToken: optional(token),
	authorize: optional(callback<AuthorizeHook>(" that decides about the sender of a request")),
	trustedProxies: withDefault(listOf(network), []),
	maxConnections: withDefault(wholeNumber(1, 1_000_000), 1024),
	maxConnectionsPerAddress: withDefault(wholeNumber(1, 1_000_000), 64),
	requestsPerMinute: withDefault(wholeNumber(1, 1_000_000), 600),
	logLevel: withDefault(oneOf(LOG_LEVELS), "info"),
	logger: optional(objectWith<Logger>("a logger, such as one of pino", "info", "warn", "error", "debug", "child")),
	signal: optional(objectWith<AbortSignal>("an AbortSignal", "addEventListener", "throwIfAborted")),
} satisfies ServeTable;

/**
 * The options with every default filled in and every value checked. The types of
 * `state` and labels matter to the caller of `serve()` alone.
 */
export type CompleteServeOptions = CompleteOptions<typeof SERVE_OPTIONS>;

/** @throws {RangeError | TypeError} naming the option, what was expected and what came. */
export function completeServeOptions(options: unknown = {}): CompleteServeOptions {
	if (typeof options === "string")
		throw new TypeError(
			"serve() takes an object of options; got a text. " +
				`Did you mean serve({ source: ${JSON.stringify(options)} })?`,
		);
	if (isVideoSource(options))
		throw new TypeError("serve() takes an object of options; got a source. Did you mean serve({ source })?");
	const complete = completeOptions(SERVE_OPTIONS, options, "serve()");
	servedSources(complete);
	return complete;
}

function evenPixels(value: unknown, name: string): number {
	return bounded(
		"an even number of pixels from 64 to 4096",
		(pixels) => pixels % 2 === 0 && pixels >= 64 && pixels <= 4096,
	)(value, name);
}

/** At least one codec, each once. */
function codecList(value: unknown, name: string): readonly ViewCodec[] {
	const codecs = listOf(oneOf(VIEW_CODECS))(value, name);
	if (codecs.length > 0 && new Set(codecs).size === codecs.length) return codecs;
	throw new RangeError(`${name} is a list of at least one codec, each once; got ${codecs.length} codecs.`);
}

function network(value: unknown, name: string): string {
	if (isNetwork(value)) return value;
	throw wrongKind(name, "an IP address or a network, such as 10.0.0.0/8", value);
}

/** True for an IP address, and for a network as an address and the length of its prefix. */
export function isNetwork(value: unknown): value is string {
	const [, address = "", length = "0"] =
		typeof value === "string" ? (/^([^/]+)(?:\/(\d{1,3}))?$/.exec(value) ?? []) : [];
	const version = isIP(address);
	return version !== 0 && Number(length) <= (version === 4 ? 32 : 128);
}

/** A secret that fits into a header unchanged. Errors never repeat it. */
function token(value: unknown, name: string): string {
	const given = secretText(value, name);
	if (given.length <= MAX_TOKEN_LENGTH && /^[!-~]+$/.test(given)) return given;
	throw new RangeError(
		`${name} is at most ${MAX_TOKEN_LENGTH} visible characters of ASCII without spaces; got others.`,
	);
}

function allowedOrigin(value: unknown, name: string): string {
	if (value !== "*") parseAllowedOrigin(value, name);
	return value as string;
}

function httpsOption(value: unknown, name: string): HttpsOptions | undefined {
	if (value === undefined || value === false) return undefined;
	if (value === true) return true;
	if (typeof value !== "object") throw wrongKind(name, "true, { directory }, or { certFile, keyFile }", value);
	const { certFile, keyFile, directory } = HTTPS_FILES(value, name);
	if ((certFile === undefined) !== (keyFile === undefined))
		throw new TypeError(
			`${name}.certFile and ${name}.keyFile belong together; ` +
				`got only ${certFile === undefined ? "keyFile" : "certFile"}.`,
		);
	return certFile === undefined || keyFile === undefined ? { directory } : { certFile, keyFile };
}
