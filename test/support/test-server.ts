import { type Logger, pino } from "pino";
import { afterEach } from "vitest";
import { type PanogazeServer, type ServeOptions, serve } from "../../src/index.ts";
import { createPatternSource } from "../../src/source/pattern-source.ts";
import { Camera } from "./camera.ts";

/** The built-in scene, small: few tests look at more of a picture than its arrival. */
export const SMALL_SCENE = { width: 256, height: 128, frameRate: 30 } as const;
/** A small view of it. */
export const SMALL_VIEW = { width: 320, height: 180, frameRate: 30 } as const;

/** Starts a silent server of the small scene at a free port of 127.0.0.1, or as `options` say. */
export function serveScene<State = undefined, Labels extends string = never>(
	options: ServeOptions<State, Labels> = {},
): Promise<PanogazeServer> {
	return serve<State, Labels>({
		port: 0,
		host: "127.0.0.1",
		source: options.source ?? (options.sources ? undefined : createPatternSource(SMALL_SCENE)),
		view: SMALL_VIEW,
		logLevel: "silent",
		renderWorkers: 1,
		...options,
	});
}

/** Starts a {@link serveScene} of a {@link Camera} in place of the scene. */
export function serveCamera<State = undefined, Labels extends string = never>(
	options: ServeOptions<State, Labels> = {},
): Promise<PanogazeServer> {
	return serveScene<State, Labels>({ source: new Camera(), ...options });
}

/** Returns a `start` whose servers are closed after each test of the file. */
export function serversOfEachTest(start = serveScene): typeof serveScene {
	const open: PanogazeServer[] = [];
	afterEach(async () => {
		await Promise.all(open.splice(0).map((server) => server.close()));
	});
	return async (options) => {
		const server = await start(options);
		open.push(server);
		return server;
	};
}

/** A logger of a server, and the messages that it has logged so far. */
export function keptLog(): { readonly logger: Logger; readonly lines: readonly string[] } {
	const lines: string[] = [];
	const write = (line: string) => void lines.push((JSON.parse(line) as { msg: string }).msg);
	return { logger: pino({ level: "info" }, { write }), lines };
}
