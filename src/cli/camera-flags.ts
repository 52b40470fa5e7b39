import { type Command, InvalidArgumentError } from "commander";
import { MAIN_NAME, requireSourceName } from "../server/named-sources.ts";

/** The flag of the cameras beside the view. */
export interface CameraFlags {
	readonly camera?: Readonly<Record<string, string>>;
}

/** The flag of the cameras, below the heading that the command is at. */
export function addCameraFlags(command: Command): Command {
	return command.option(
		"--camera <name=source>",
		"a further source that viewers see beside the view, such as wrist=rtsp://robot/wrist; may be repeated",
		camera,
	);
}

/** The option `sources` of `serve()`: the main source, and the cameras that the flags name. */
export function sourcesFromFlags<Source>(source: Source, { camera: cameras }: CameraFlags) {
	return cameras === undefined
		? { source }
		: { sources: { [MAIN_NAME]: source ?? "pattern", ...cameras }, mainSource: MAIN_NAME };
}

function camera(text: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
	const at = text.indexOf("=");
	const [name, source] = [text.slice(0, at), text.slice(at + 1)];
	if (at < 1 || source === "") throw new InvalidArgumentError("It is NAME=SOURCE, such as wrist=rtsp://robot/wrist.");
	try {
		requireSourceName(name, "--camera");
	} catch (error) {
		throw new InvalidArgumentError((error as Error).message);
	}
	if (name === MAIN_NAME || Object.hasOwn(before, name))
		throw new InvalidArgumentError(`There is a source named ${name} already.`);
	return { ...before, [name]: source };
}
