import { monotonicSec } from "../media/clock.ts";
import type { EventListeners } from "../media/events.ts";
import type { Access, ResumableSession, SessionInfo } from "../session/index.ts";
import type { SoundDesk } from "../sound/sound-desk.ts";
import type { SourceError } from "../source/video-source.ts";
import type { PastDesk } from "../stream/past-desk.ts";
import type { SourceRunner } from "../stream/source-runner.ts";
import { PUBLIC_REASONS } from "../stream/source-state.ts";
import { Viewer } from "../stream/viewer.ts";
import type { ViewerOptions } from "../stream/viewer-options.ts";
import { ChannelDispatcher } from "./channel-handlers.ts";
import type { Logger } from "./logger.ts";
import { takenMedia } from "./media-options.ts";
import type { CompleteServeOptions } from "./options.ts";
import { RateMeter } from "./rate-meter.ts";
import { holdBoundsFrom, reportHolds } from "./safety-options.ts";
import { bitrateLimits, POSE_LIMITS } from "./serve-limits.ts";
import type { ServedSource } from "./served-source.ts";
import type { ServerEvents } from "./server-events.ts";
import type { ServerParts } from "./server-parts.ts";
import { SharedOverlay } from "./shared-overlay.ts";
import { relayVoice } from "./voice-relay.ts";

/** The parts of a server that its viewers share. All are borrowed. */
export interface ServedViewersOptions {
	readonly options: CompleteServeOptions;
	readonly parts: ServerParts;
	readonly runner: SourceRunner;
	readonly source: ServedSource;
	readonly sound: SoundDesk;
	/** Shows the past that is kept; `undefined`: none is. */
	readonly pastDesk: PastDesk | undefined;
	readonly events: EventListeners<ServerEvents>;
	/** Returns the source's failure while it lasts. */
	readonly trouble: () => SourceError | undefined;
	/** Returns true while a recording takes what viewers hear. */
	readonly isRecorded: () => boolean;
}

/** The viewers of a server, from their session to their leave. */
export class ServedViewers {
	readonly #options: ServedViewersOptions;
	readonly #log: Logger;
	readonly #viewers = new Map<string, Viewer>();
	/** Ask anew whether each viewer may be heard. */
	readonly #voiceChecks = new Map<string, () => void>();
	readonly #dispatcher: ChannelDispatcher;
	readonly #sourceRate = new RateMeter();
	/** Objects that are drawn over the view of every viewer. */
	readonly overlay: SharedOverlay;

	constructor(options: ServedViewersOptions) {
		const { parts } = options;
		const { channels, tracking, media } = options.options;
		const { log } = parts;
		this.#options = options;
		this.#log = log;
		this.#dispatcher = new ChannelDispatcher({
			channels,
			tracking,
			media,
			speaker: parts.speaker,
			onError: ({ error, label, viewer, unreported }) => {
				const times = unreported === 0 ? "" : ` And ${unreported} times since the last report.`;
				log.error({ err: error, viewer: shortId(viewer), channel: label }, `A channel handler threw.${times}`);
			},
			onTrouble: (viewer, message) => log.warn({ viewer: shortId(viewer) }, message),
		});
		this.overlay = new SharedOverlay(
			() => this.all,
			(viewer, error) => log.warn({ err: error, viewer: shortId(viewer) }, "An object is not drawn."),
		);
	}

	/** Viewers who have joined and not left. */
	get all(): readonly Viewer[] {
		return [...this.#viewers.values()];
	}

	/** Finds a viewer by its id; `undefined`: it has left. */
	get(id: string): Viewer | undefined {
		return this.#viewers.get(id);
	}

	/** A recording begins or ends: those who may not be heard in it are not heard from now on. */
	recordingChanged(): void {
		for (const check of this.#voiceChecks.values()) check();
	}

	/** A session has begun: its viewer joins. Sessions of a camera alone have none. */
	join(session: ResumableSession, info: SessionInfo): void {
		const { door, access, remoteAddress, source: path } = info;
		const { options, parts, runner, source, sound, events, trouble } = this.#options;
		const { cameras, relayedCameras, pool } = parts;
		const shown = path === undefined ? undefined : cameras.doorOf(path);
		if (shown?.kind === "camera") {
			cameras.show(shown.camera, session, options.encoder, this.#log);
			return;
		}
		const viewer = new Viewer(session, pool, this.#viewerOptions(session, access, shown?.eye));
		this.#viewers.set(viewer.id, viewer);
		const log = this.#log.child({ viewer: shortId(viewer) });
		const joinedSec = monotonicSec();
		const watches = access.has("steer") ? "" : `, may only ${[...access].join(" and ")}`;
		log.info(`joins by ${door}${fromWhere(remoteAddress)}${watches}`);
		viewer.on("notice", (message) => log.warn(message));
		viewer.on("playAgain", () => {
			if (source.playAgain()) log.info("plays the source again");
		});
		viewer.on("playback", (change) => {
			const refusal = runner.change(change, viewer.id);
			if (refusal !== undefined) viewer.reportTrouble("playback", refusal);
			else log.debug({ change }, "changes the play");
		});
		session.on("moved", () => log.info(`goes on by another connection${fromWhere(session.remoteAddress)}`));
		void viewer.connected.then(() =>
			log.info(`connected after ${Math.round((monotonicSec() - joinedSec) * 1000)} ms`),
		);
		let isGone = false;
		let release: (() => void) | undefined;
		// Not before the connection: an offer costs its sender nothing, opening and
		// decoding the source costs the server much.
		void viewer.connected.then(() => {
			if (session.hasVideo && !isGone) release = runner.use();
		});
		const failure = trouble();
		if (session.hasVideo && failure !== undefined) viewer.reportTrouble("source", PUBLIC_REASONS[failure.code]);
		void viewer.closed.then((reason) => {
			this.#viewers.delete(viewer.id);
			this.#voiceChecks.delete(viewer.id);
			log.info(`left: ${reason}`);
			isGone = true;
			release?.();
			events.emit("leave", viewer, reason);
		});
		const equipped = this.#equip(viewer, log);
		if (equipped === undefined) return;
		if (sound.hasVoices)
			this.#voiceChecks.set(
				viewer.id,
				relayVoice(viewer, sound, () => this.#mayBeRelayed(viewer)),
			);
		const nameOf = () => options.media.name?.({ viewer, state: equipped.state });
		relayedCameras?.relay(viewer, () => this.#mayBeRelayed(viewer), nameOf);
		this.overlay.joined(viewer);
		events.emit("join", viewer);
	}

	/**
	 * Makes the application's parts of a viewer: state, lens and transform.
	 * @returns `undefined` if one of them failed; the viewer is closed then.
	 */
	#equip(viewer: Viewer, log: Logger): { readonly state: unknown } | undefined {
		const { state: makeState, lens, transform, safety } = this.#options.options;
		let part = "state";
		try {
			const state = makeState(viewer);
			this.#dispatcher.attach(viewer, state);
			reportHolds(viewer, state, log, safety);
			part = "lens";
			viewer.lens = lens?.({ viewer, state });
			part = "transform";
			viewer.transform = transform?.({ viewer, state });
			return { state };
		} catch (error) {
			log.error({ err: error }, `The ${part} factory threw.`);
			viewer.close(`The server failed to make this viewer's ${part}.`);
			return undefined;
		}
	}

	/** @param eye that a view for one eye shows. @default the left one */
	#viewerOptions(session: ResumableSession, access: Access, eye?: 0 | 1): ViewerOptions {
		const { options, parts, runner, source, pastDesk, sound } = this.#options;
		const { view, encoder, stamps, bitrateBps, safety, media } = options;
		return {
			access,
			view: { ...view, eye },
			encoder,
			stamps,
			startBitrateBps: bitrateLimits(bitrateBps).startBps,
			limits: POSE_LIMITS,
			safety: holdBoundsFrom(safety),
			source,
			pastDesk,
			sound,
			cameras: parts.cameras.all,
			relayedCameras: parts.relayedCameras?.list,
			takes: takenMedia(media),
			relays: media.relay,
			address: () => session.remoteAddress,
			serverStats: () => ({
				sourceFps: this.#sourceRate.perSecond(runner.panoramas, monotonicSec()),
				viewers: this.#viewers.size,
			}),
		};
	}

	/** A recording that asks first has what listeners hear, also voices; cameras follow them. */
	#mayBeRelayed({ recordingConsent }: Viewer): boolean {
		const { options, isRecorded } = this.#options;
		return options.record?.consent !== "ask" || !isRecorded() || recordingConsent === "given";
	}
}

/** Beginning of a viewer's id for the log, which must not hold the whole unguessable id. */
function shortId({ id }: Viewer): string {
	return id.slice(0, 8);
}

function fromWhere(address: string | undefined): string {
	return address === undefined ? "" : ` from ${address}`;
}
