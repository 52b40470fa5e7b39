import { systemReport } from "../threads/system-report.ts";

/** Oldest Node that the package runs on; `engines` of package.json says the same. */
const OLDEST_NODE = 22;

/** Checks the version of Node. @throws {Error} in one sentence, on an older Node. */
export function requireNode(version: string = process.versions.node): void {
	if (Number.parseInt(version, 10) < OLDEST_NODE)
		throw new Error(`panogaze needs Node ${OLDEST_NODE} or newer; this is Node ${version}.`);
}

type NativeLibrary = "node-av" | "node-datachannel";

/**
 * The libraries with a native part. They are loaded when first needed, so that importing panogaze
 * never fails because of them.
 */
const NATIVE_LIBRARIES: Readonly<Record<NativeLibrary, () => Promise<unknown>>> = {
	"node-av": () => import("node-av/lib"),
	"node-datachannel": () => import("node-datachannel"),
};

/**
 * Loads a library with a native part. Call it before the first module that imports the library.
 *
 * @param load replaces the import; for tests
 * @throws {Error} if the library is not built for this system. The message names the systems that
 * it is built for; `cause` is the library's own error.
 */
export async function requireNativeLibrary(
	name: NativeLibrary,
	load: () => Promise<unknown> = NATIVE_LIBRARIES[name],
	system?: System,
): Promise<void> {
	try {
		await load();
	} catch (cause) {
		throw new Error(wordsFor(name, system ?? thisSystem()), { cause });
	}
}

interface System {
	/** Node's names: `linux`, `arm64`. */
	readonly platform: string;
	readonly arch: string;
	/** `undefined` on Linux without glibc, and elsewhere. */
	readonly glibc: string | undefined;
}

function thisSystem(): System {
	const { platform, arch } = process;
	if (platform !== "linux") return { platform, arch, glibc: undefined };
	return { platform, arch, glibc: systemReport().header.glibcVersionRuntime };
}

function wordsFor(name: string, { platform, arch, glibc }: System): string {
	const needs =
		"panogaze needs Linux with glibc 2.30 or newer (Debian 11, Ubuntu 20.04), macOS or Windows, on x64 or arm64";
	if (platform === "linux" && glibc === undefined)
		return (
			`This Linux has no glibc (Alpine's C library is musl), but ${needs}. In a container, take an image ` +
			"of Debian, such as node:24-slim."
		);
	const version = glibc === undefined ? "" : ` with glibc ${glibc}`;
	return (
		`The native part of ${name} can't be loaded on this system (${platform} ${arch}${version}): ${needs}. ` +
		"If this is one of these, install again, with optional dependencies."
	);
}
