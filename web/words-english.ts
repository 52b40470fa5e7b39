/** All words of the page in English: the table that the others have the keys of. */
export const english = {
	// The page
	pageDescription: "Look around inside a remote 360 degree camera.",
	viewName: "Your view of the camera. Drag, or use the arrow keys, to look around.",
	needsScript: "This page needs JavaScript to receive video.",
	close: "Close",
	cancel: "Cancel",
	or: "or",

	// State of the picture
	connecting: "Connecting…",
	connectingAgain: "Connecting again…",
	connected: "Connected",
	interrupted: "Interrupted",
	connectionInterrupted: "The connection is interrupted…",
	disconnected: "Disconnected",
	live: "Live",
	liveWatchOnly: "Live, watch only",
	watchOnly: "Your token lets you watch and turn your own view. Hands, controllers and bodies are not used.",
	readyToPlay: "Ready to play",
	playVideo: "Play the video",
	noPicture: "No picture",
	waitingForVideo: "Waiting for video…",
	opening: "Opening…",
	sourceOpening: "The source is being opened…",
	stalled: "Stalled",
	sourceStalled: "The source sends no new pictures.",
	sourceLostShort: "Source lost",
	sourceLost: "The source is lost.",
	sourceRetry: (attempt: number) => `Trying to get it back, attempt ${attempt}…`,
	ended: "Ended",
	videoEnded: "The video has ended.",
	tryNow: "Try now",
	tryAgain: "Try again",
	connectAgain: "Connect again",
	playAgain: "Play again",
	tryingAgainIn: (seconds: string) => `Trying again in ${seconds} s`,
	tryingAgain: "Trying again…",
	serverNoAnswer: "The server does not answer.",
	serverSilent: "The server has gone silent.",
	serverEndedSession: "The server has ended this session.",
	serverShutsDown: "The server is shutting down.",
	serverFull: "The server is full.",
	pathBroke: "The network path to the server broke.",
	noWebRtc: "This browser has no WebRTC.",
	sourceNotThere: "The source is not there.",
	sourceNoVideo: "The source holds no video that can be shown.",
	sourceUnknownFormat: "The source is in a format that can't be decoded.",
	sourceUnreachable: "The source can't be reached.",
	sourceUnreadable: "The source can't be read.",

	// Compass
	headings: ["FRONT", "RIGHT", "BACK", "LEFT"],
	lookingTo: [
		"Looking to the front",
		"Looking to the front right",
		"Looking to the right",
		"Looking to the back right",
		"Looking to the back",
		"Looking to the back left",
		"Looking to the left",
		"Looking to the front left",
	],
	lookingUp: (direction: string) => `${direction}, up`,
	lookingDown: (direction: string) => `${direction}, down`,

	// Tools
	tools: "View",
	moveDevice: "Look around by moving the phone",
	moveDeviceShort: "Move the phone",
	lens: "Lens",
	lensFlat: "Flat",
	lensPannini: "Panini, wide",
	lensLittlePlanet: "Little planet",
	lensFoveated: "Foveated",
	reproject: "Re-project",
	home: "Look to the front",
	zoomIn: "Zoom in",
	zoomOut: "Zoom out",
	statistics: "Statistics",
	help: "Help",
	fullscreen: "Full screen",
	enter: (mode: string) => `Enter ${mode}`,
	leave: (mode: string) => `Leave ${mode}`,
	headsetNeedsHttps:
		"Headsets show VR only on pages from HTTPS. Start the server with the option --https and open the " +
		"address that it prints, which begins with https.",

	// Statistics
	motionToPhoton: "Motion to photon",
	turnShown: "Turn shown",
	picture: "Picture",
	frameRate: "Frame rate",
	source: "Source",
	bitrate: "Bit rate",
	roundTrip: "Round trip",
	drawEncode: "Draw, encode",
	bufferDecode: "Buffer, decode",
	framesDropped: "Frames dropped",
	packetsLost: "Packets lost",
	lowBitrate: (value: string) => `${value} (low bit rate)`,
	valueOf: (value: string, target: string) => `${value} of ${target}`,
	droppedByServer: (value: string, server: string) => `${value} (server ${server})`,

	// Help
	helpTitle: "Look around",
	helpDrag: "Drag",
	helpDragDoes: "grab the scene and pull it",
	helpDoubleClick: "Double click,",
	helpDoubleTap: "double tap",
	helpDoubleDoes: "zoom in at that point",
	helpDoubleShift: "; with Shift, out",
	helpPinch: "Pinch",
	helpWheel: ", wheel",
	helpPinchDoes: "zoom where you point",
	helpTurn: "turn; hold to keep turning",
	helpZoom: "zoom",
	helpHome: "look to the front",
	helpGamepad: "Gamepad",
	helpGamepadDoes: "right stick turns, left stick zooms",
	helpLens: "lens",
	helpLensDoes: "flat, panini, little planet or foveated",
	helpReproject: "re-project",
	helpReprojectDoes: "turn the newest picture at once, before the next one comes",
	helpEnter: "VR, AR",
	helpEnterDoes: "show the view in a headset, and send hands and controllers",
	helpStatistics: "statistics",
	helpFullscreen: "full screen",
	helpHelp: "this help",
	helpServer: "The server draws this view for you alone, in the newest direction that it has received.",

	// Token
	tokenTitle: "Enter the token",
	token: "Token",
	tokenHelp:
		"The person who runs the server can give you a token, or a link that contains it. " +
		"This page keeps it until you close the tab.",
	tokenConnect: "Connect",
	tokenCharacters: "A token has no spaces, accents or other special characters.",
	tokenAsked: "This server asks for a token.",
	tokenWrong: "The token is wrong.",

	// Playback

	// Sound

	// Control on hold

	// Overlays

	// Sharing, snapshots and menus
} as const;
