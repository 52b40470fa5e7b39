import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Loggable } from "panogaze-rerun";
import type { LiveView, LiveViewStats } from "../recording/live/live-view.ts";
import { type CompleteLiveViewOptions, defaultLiveView } from "../recording/live/live-view-options.ts";
import type { RecordedServer } from "../recording/tap/session-tap.ts";
import type { SessionHub } from "../session/index.ts";
import type { Logger } from "./logger.ts";
import type { CompleteServeOptions } from "./options.ts";
import type { InstalledViewer, ProgramAccess, RerunDoor, RerunDoorOptions } from "./rerun-door.ts";

/** The addresses of a server under which its live view is found. */
export interface RerunAddresses extends ProgramAccess {
	/** Addresses of the server's page. */
	readonly pages: readonly string[];
}

/** The live view of a server for Rerun's viewers: `server.rerun`. */
export class ServedRerun {
	readonly #live: LiveView;
	readonly #options: CompleteLiveViewOptions;
	readonly #addresses: () => RerunAddresses;

	/** @internal */
	constructor(live: LiveView, options: CompleteLiveViewOptions, addresses: () => RerunAddresses) {
		this.#live = live;
		this.#options = options;
		this.#addresses = addresses;
	}

	/** Addresses of Rerun's viewer in a browser: this machine's own first. */
	get pageUrls(): readonly string[] {
		return this.#addresses().pages.map((page) => `${page}rerun`);
	}

	/**
	 * Addresses for Rerun's own program: `rerun+http://localhost:8080/proxy`. None where it can't
	 * connect: it sends no token, and does not accept a self-made certificate.
	 */
	get programUrls(): readonly string[] {
		const { pages, admitsPrograms } = this.#addresses();
		return admitsPrograms ? pages.map((page) => `rerun+${page}proxy`) : [];
	}

	/**
	 * Shows values of the application's own at the present time: archetypes of `panogaze/rerun`.
	 * `viewer.log` shows them below a viewer.
	 *
	 * @param path entity from the root: `world/robot`, or a list of parts that are not escaped.
	 */
	log(path: string | readonly string[], ...values: readonly Loggable[]): void {
		this.#live.log(path, values);
	}

	stats(): LiveViewStats {
		return this.#live.stats();
	}

	/** @internal */
	attach(server: RecordedServer): void {
		this.#live.attach(server);
	}

	/**
	 * The door of HTTP. Rerun's SDK is loaded here: by servers with a live view alone.
	 * @internal
	 */
	async openDoor(
		hub: SessionHub,
		bounds: Pick<RerunDoorOptions, "requestsPerMinute" | "trustedProxies">,
	): Promise<RerunDoor> {
		const [{ findWebViewer, mountGrpcWeb, sniffHttp2 }, { RerunDoor }] = await Promise.all([
			import("panogaze-rerun/node"),
			import("./rerun-door.ts"),
		]);
		// The server judges origins before the mount does.
		const mount = mountGrpcWeb({ feeds: this.#live, allowedOrigins: ["*"] });
		const folder = findWebViewer() ?? findWebViewer(dirname(fileURLToPath(import.meta.url)));
		const viewer = folder === null ? undefined : installedViewer(folder);
		const { maxWatchers } = this.#options;
		const { admitsPrograms, hasOwnCertificate } = this.#addresses();
		const programs = { admitsPrograms, hasOwnCertificate };
		const common = { live: this.#live, hub, mount, sniff: sniffHttp2, viewer, programs };
		return new RerunDoor({ ...common, ...bounds, maxWatchers });
	}

	/** @internal */
	close(): Promise<void> {
		return this.#live.close();
	}
}

/** The live view's options that a server has; `undefined`: it has none. */
export function liveViewOptions({ rerun, record }: CompleteServeOptions): CompleteLiveViewOptions | undefined {
	if (rerun !== undefined) return rerun === false ? undefined : rerun;
	return record === undefined ? undefined : defaultLiveView();
}

/** Begins a live view, and logs what becomes of it. Its modules are loaded where there is one. */
export async function openLiveView(options: CompleteLiveViewOptions, log: Logger): Promise<LiveView> {
	const { LiveView } = await import("../recording/live/live-view.ts");
	const live = new LiveView(options);
	live.on("notice", (message) => log.warn(`Live view: ${message}`));
	live.on("failed", (reason) => log.error(`There is no live view any more: ${reason}`));
	live.on("watch", (watchers) => log.info(`Rerun's viewer watches; there are ${watchers}.`));
	live.on("leave", (watchers, dropped) => {
		if (dropped) log.warn(`A viewer of Rerun was too slow and was dropped; there are ${watchers} left.`);
		else log.info(`A viewer of Rerun has left; there are ${watchers}.`);
	});
	return live;
}

function installedViewer(folder: string): InstalledViewer | undefined {
	const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
		readonly version?: unknown;
	};
	// It becomes a part of addresses.
	return typeof version === "string" && /^[\w.+-]+$/.test(version) ? { folder, version } : undefined;
}
