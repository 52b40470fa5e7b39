/** The label of the channel: server to client, reliable, ordered, JSON text. */
export const OVERLAY_LABEL = "overlay";

/** Bounds of the `overlay` channel, which both ends hold. */
export const OVERLAY_BOUNDS = {
	/** Longest message, bytes of UTF-8. */
	messageBytes: 65_536,
	/** Objects at once. */
	objects: 64,
	/** Longest path, characters. */
	pathLength: 80,
	/** Positions of one object, and of all objects together. */
	positions: 2_048,
	positionsOfAll: 16_384,
	/** Labels of all objects together. */
	labels: 128,
	/** Longest label or line of words, characters. */
	textLength: 80,
	/** Boxes of one object. */
	boxes: 256,
	/** Robots at once. */
	robots: 8,
	/** Links of one robot, and solids of all its links together. */
	links: 128,
	visuals: 256,
	/** Longest name of a link or a joint, characters. */
	nameLength: 60,
	/** Furthest coordinate, metres. */
	coordinate: 100_000,
	/** Lines of words on the panel. */
	hudLines: 8,
	/** Longest pulse, milliseconds. */
	pulseMs: 2_000,
} as const;
