import { SpeakerError } from "../client-media/speaker-program.ts";
import { TagError, type TagErrorCode } from "../metadata/sphere-statement.ts";
import { MotionFileError, type MotionFileErrorCode } from "../motion/motion-file-error.ts";
import { PlayerConnectionError } from "../motion-player/player-connection-error.ts";
import { RecordingError, type RecordingErrorCode } from "../recording/recording-error.ts";
import { CompareError } from "../render/compare-error.ts";
import { OutputError, type OutputErrorCode } from "../render/output-error.ts";
import { ListenError } from "../server/listen-error.ts";
import { RelayError } from "../server/relay-error.ts";
import { SourceError, type SourceErrorCode } from "../source/video-source.ts";

/** Exit codes of the program, as docs/cli.md lists them. */
export const EXIT_CODES = {
	failed: 1,
	usage: 2,
	notFound: 3,
	notVideo: 4,
	unknownCodec: 5,
	noHardware: 6,
	noProgram: 7,
	connection: 8,
	port: 9,
	notMotion: 10,
	notWritable: 11,
	different: 12,
} as const;

const CODE_OF_SOURCE_ERROR: Readonly<Record<SourceErrorCode, number>> = {
	"not-found": EXIT_CODES.notFound,
	"not-video": EXIT_CODES.notVideo,
	"unknown-codec": EXIT_CODES.unknownCodec,
	"no-hardware": EXIT_CODES.noHardware,
	"no-program": EXIT_CODES.noProgram,
	connection: EXIT_CODES.connection,
	failed: EXIT_CODES.failed,
};

const CODE_OF_MOTION_ERROR: Readonly<Record<MotionFileErrorCode, number>> = {
	"not-found": EXIT_CODES.notFound,
	broken: EXIT_CODES.notMotion,
	"not-writable": EXIT_CODES.notWritable,
	exists: EXIT_CODES.notWritable,
};

const CODE_OF_RECORDING_ERROR: Readonly<Record<RecordingErrorCode, number>> = {
	"not-found": EXIT_CODES.notFound,
	foreign: EXIT_CODES.notMotion,
	broken: EXIT_CODES.notMotion,
	"not-writable": EXIT_CODES.notWritable,
};

const CODE_OF_OUTPUT_ERROR: Readonly<Record<OutputErrorCode, number>> = {
	exists: EXIT_CODES.notWritable,
	"not-writable": EXIT_CODES.notWritable,
	encoding: EXIT_CODES.failed,
};

const CODE_OF_TAG_ERROR: Readonly<Record<TagErrorCode, number>> = {
	"not-found": EXIT_CODES.notFound,
	unsupported: EXIT_CODES.notVideo,
	"not-statable": EXIT_CODES.usage,
	"not-writable": EXIT_CODES.notWritable,
};

export function exitCodeOf(error: unknown): number {
	if (error instanceof SourceError) return CODE_OF_SOURCE_ERROR[error.code];
	if (error instanceof MotionFileError) return CODE_OF_MOTION_ERROR[error.code];
	if (error instanceof OutputError) return CODE_OF_OUTPUT_ERROR[error.code];
	if (error instanceof RecordingError) return CODE_OF_RECORDING_ERROR[error.code];
	if (error instanceof TagError) return CODE_OF_TAG_ERROR[error.code];
	if (error instanceof CompareError) return error.code === "different" ? EXIT_CODES.different : EXIT_CODES.failed;
	if (error instanceof PlayerConnectionError) return EXIT_CODES.connection;
	if (error instanceof RelayError) return EXIT_CODES.connection;
	if (error instanceof SpeakerError) return EXIT_CODES.noProgram;
	if (error instanceof ListenError) return EXIT_CODES.port;
	if (error instanceof RangeError || error instanceof TypeError) return EXIT_CODES.usage;
	return EXIT_CODES.failed;
}
