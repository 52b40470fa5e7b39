import type { Words } from "./words.ts";

/** All words of the page in German. */
export const german: Words = {
	// The page
	pageDescription: "Sich in einer entfernten 360-Grad-Kamera umsehen.",
	viewName: "Ihre Sicht der Kamera. Zum Umsehen ziehen oder die Pfeiltasten drücken.",
	needsScript: "Diese Seite braucht JavaScript, um Video zu empfangen.",
	close: "Schließen",
	cancel: "Abbrechen",
	or: "oder",

	// State of the picture
	connecting: "Verbindet…",
	connectingAgain: "Verbindet erneut…",
	connected: "Verbunden",
	interrupted: "Unterbrochen",
	connectionInterrupted: "Die Verbindung ist unterbrochen…",
	disconnected: "Getrennt",
	live: "Live",
	liveWatchOnly: "Live, nur ansehen",
	watchOnly:
		"Mit Ihrem Token können Sie zusehen und sich umsehen. Hände, Controller und Körper werden nicht verwendet.",
	readyToPlay: "Bereit",
	playVideo: "Video abspielen",
	noPicture: "Kein Bild",
	waitingForVideo: "Wartet auf das Video…",
	opening: "Öffnet…",
	sourceOpening: "Die Quelle wird geöffnet…",
	stalled: "Steht",
	sourceStalled: "Die Quelle sendet keine neuen Bilder.",
	sourceLostShort: "Quelle verloren",
	sourceLost: "Die Quelle ist verloren.",
	sourceRetry: (attempt) => `Neuer Versuch, Nummer ${attempt}…`,
	ended: "Zu Ende",
	videoEnded: "Das Video ist zu Ende.",
	tryNow: "Jetzt versuchen",
	tryAgain: "Noch einmal versuchen",
	connectAgain: "Wieder verbinden",
	playAgain: "Noch einmal abspielen",
	tryingAgainIn: (seconds) => `Neuer Versuch in ${seconds} s`,
	tryingAgain: "Neuer Versuch…",
	serverNoAnswer: "Der Server antwortet nicht.",
	serverSilent: "Der Server ist verstummt.",
	serverEndedSession: "Der Server hat diese Sitzung beendet.",
	serverShutsDown: "Der Server wird beendet.",
	serverFull: "Der Server ist voll.",
	pathBroke: "Der Netzwerkweg zum Server ist abgebrochen.",
	noWebRtc: "Dieser Browser kann kein WebRTC.",
	sourceNotThere: "Die Quelle ist nicht da.",
	sourceNoVideo: "Die Quelle enthält kein Video, das gezeigt werden kann.",
	sourceUnknownFormat: "Das Format der Quelle kann nicht decodiert werden.",
	sourceUnreachable: "Die Quelle ist nicht erreichbar.",
	sourceUnreadable: "Die Quelle kann nicht gelesen werden.",

	// Compass
	headings: ["VORN", "RECHTS", "HINTEN", "LINKS"],
	lookingTo: [
		"Blick nach vorn",
		"Blick nach vorn rechts",
		"Blick nach rechts",
		"Blick nach hinten rechts",
		"Blick nach hinten",
		"Blick nach hinten links",
		"Blick nach links",
		"Blick nach vorn links",
	],
	lookingUp: (direction) => `${direction}, oben`,
	lookingDown: (direction) => `${direction}, unten`,

	// Tools
	tools: "Ansicht",
	moveDevice: "Durch Bewegen des Telefons umsehen",
	moveDeviceShort: "Telefon bewegen",
	lens: "Objektiv",
	lensFlat: "Flach",
	lensPannini: "Pannini, weit",
	lensLittlePlanet: "Kleiner Planet",
	lensFoveated: "Foveal",
	reproject: "Neu projizieren",
	home: "Nach vorn sehen",
	zoomIn: "Vergrößern",
	zoomOut: "Verkleinern",
	statistics: "Statistik",
	help: "Hilfe",
	fullscreen: "Vollbild",
	enter: (mode) => `${mode} starten`,
	leave: (mode) => `${mode} verlassen`,
	headsetNeedsHttps:
		"Headsets zeigen VR nur auf Seiten mit HTTPS. Starten Sie den Server mit der Option --https und öffnen " +
		"Sie die Adresse, die er ausgibt; sie beginnt mit https.",

	// Statistics
	motionToPhoton: "Bewegung bis Bild",
	turnShown: "Drehung sichtbar",
	picture: "Bild",
	frameRate: "Bildrate",
	source: "Quelle",
	bitrate: "Bitrate",
	roundTrip: "Hin und zurück",
	drawEncode: "Zeichnen, Codieren",
	bufferDecode: "Puffern, Decodieren",
	framesDropped: "Bilder verworfen",
	packetsLost: "Pakete verloren",
	lowBitrate: (value) => `${value} (geringe Bitrate)`,
	valueOf: (value, target) => `${value} von ${target}`,
	droppedByServer: (value, server) => `${value} (Server ${server})`,

	// Help
	helpTitle: "Umsehen",
	helpDrag: "Ziehen",
	helpDragDoes: "die Szene greifen und ziehen",
	helpDoubleClick: "Doppelklick,",
	helpDoubleTap: "doppelt tippen",
	helpDoubleDoes: "an dieser Stelle vergrößern",
	helpDoubleShift: "; mit Umschalt verkleinern",
	helpPinch: "Zwei Finger",
	helpWheel: ", Mausrad",
	helpPinchDoes: "dort zoomen, wohin Sie zeigen",
	helpTurn: "drehen; gedrückt halten dreht weiter",
	helpZoom: "zoomen",
	helpHome: "nach vorn sehen",
	helpGamepad: "Gamepad",
	helpGamepadDoes: "rechter Stick dreht, linker Stick zoomt",
	helpLens: "Objektiv",
	helpLensDoes: "flach, Pannini, kleiner Planet oder foveal",
	helpReproject: "neu projizieren",
	helpReprojectDoes: "das neueste Bild sofort drehen, bevor das nächste kommt",
	helpEnter: "VR, AR",
	helpEnterDoes: "die Ansicht im Headset zeigen; Hände und Controller werden gesendet",
	helpStatistics: "Statistik",
	helpFullscreen: "Vollbild",
	helpHelp: "diese Hilfe",
	helpServer: "Der Server zeichnet diese Ansicht nur für Sie, in der neuesten Richtung, die er kennt.",

	// Token
	tokenTitle: "Token eingeben",
	token: "Token",
	tokenHelp:
		"Wer den Server betreibt, kann Ihnen ein Token geben oder einen Link, der es enthält. " +
		"Diese Seite behält es, bis Sie den Tab schließen.",
	tokenConnect: "Verbinden",
	tokenCharacters: "Ein Token enthält keine Leerzeichen, Akzente oder anderen Sonderzeichen.",
	tokenAsked: "Dieser Server verlangt ein Token.",
	tokenWrong: "Das Token ist falsch.",

	// Playback

	// Sound

	// Control on hold

	// Overlays

	// Sharing, snapshots and menus
	more: "Mehr",
	share: "Diese Ansicht teilen",
	shareLink: "Link zu dieser Ansicht",
	shareCode: "Der Link als QR-Code, für ein Telefon",
	shareCopy: "Kopieren",
	shareCopied: "Kopiert.",
	shareCopyYourself: "Dieser Browser lässt keine Seite kopieren. Der Link ist ausgewählt.",
	shareSend: "Teilen…",
	shareLoopback: "Diese Adresse gilt nur auf diesem Computer.",
	shareToken: "Der Link enthält kein Token: Andere brauchen ein eigenes.",
};
