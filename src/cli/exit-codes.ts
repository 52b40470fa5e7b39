import { ListenError } from "../server/server.ts";
import { SourceError, type SourceErrorCode } from "../source/video-source.ts";

/** What the shell gets to see; in docs/cli.md too. */
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

export function exitCodeOf(error: unknown): number {
	if (error instanceof SourceError) return CODE_OF_SOURCE_ERROR[error.code];
	if (error instanceof ListenError) return EXIT_CODES.port;
	if (error instanceof RangeError || error instanceof TypeError) return EXIT_CODES.usage;
	return EXIT_CODES.failed;
}
