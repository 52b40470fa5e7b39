// The page of the live view: Rerun's viewer for browsers, which the server has as it was installed.
import { element } from "./element.ts";
import { canBeToken, storedToken, storeToken, takeLinkedToken } from "./page-token.ts";
import { fillPage, words, wordsFor } from "./words.ts";

/** The part of `@rerun-io/web-viewer` that the page uses. */
interface ViewerModule {
	readonly WebViewer: new () => {
		start(url: string, parent: HTMLElement, options: Readonly<Record<string, unknown>>): Promise<void>;
		stop(): void;
	};
}

/** What the server says of the live view to a page that may see it. */
interface Pass {
	/** Version of the installed viewer; `null`: there is none. */
	readonly viewer: string | null;
	/** Rerun's own program can connect without a relay. */
	readonly admitsPrograms: boolean;
	readonly hasOwnCertificate: boolean;
}

declare global {
	/** Rerun's viewer on this page, for tests and for the browser's console. */
	var rerunViewer: InstanceType<ViewerModule["WebViewer"]> | undefined;
}

const UNAUTHORIZED = 401;
const FORBIDDEN = 403;
/** HTTP status of a server without a live view. */
const NO_CONTENT = 204;
/** The version that the page was made for; a newer one of npm's does as well. */
const VIEWER_TO_INSTALL = "@rerun-io/web-viewer@0.33";

const isSecure = location.protocol === "https:";
const port = location.port || (isSecure ? 443 : 80);
const proxyUrl = `rerun+${isSecure ? "https" : "http"}://${location.hostname}:${port}/proxy`;
const notice = element("#notice");
const form = element<HTMLFormElement>("#token-form");
const input = element<HTMLInputElement>("#token-input");
let token = takeLinkedToken() ?? storedToken();

fillPage();
document.title = words.rerunPageTitle;
// Beside the picture, the page around it has its own bar.
element("#bar").hidden = window.parent !== window;
element("#install").textContent = `npm install ${VIEWER_TO_INSTALL}`;
element("#insecure").hidden = isSecureContext;
element("#again").addEventListener("click", () => void open());
form.addEventListener("submit", (event) => {
	event.preventDefault();
	token = input.value.trim();
	input.value = "";
	if (!canBeToken(token)) return say(words.tokenCharacters, { asksForToken: true });
	storeToken(token);
	void open();
});
void open();

/** Gets a pass for the viewer's calls, which send no token, and starts the viewer. */
async function open(): Promise<void> {
	say(words.rerunAsking);
	try {
		const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
		const response = await fetch("rerun/pass", { method: "POST", headers });
		if (response.status === NO_CONTENT) return say(words.rerunOff, { canTryAgain: true });
		if (!response.ok) return refuse(response.status, await reasonOf(response));
		const pass = (await response.json()) as Pass;
		const { viewer } = pass;
		if (viewer === null) {
			element("#program").textContent = commandFor(pass);
			say("");
			element("#missing").hidden = false;
		} else await start(new URL(`rerun/viewer/${viewer}/index.js`, location.href).href);
	} catch (error) {
		console.error(error);
		say(words.rerunFailed, { detail: String(error), canTryAgain: true });
	}
}

/** The command line that shows the same in Rerun's own program, by a relay where it needs one. */
function commandFor({ admitsPrograms, hasOwnCertificate }: Pass): string {
	if (admitsPrograms) return `rerun ${proxyUrl}`;
	const flags = [...(token === undefined ? [] : ["--token SECRET"]), ...(hasOwnCertificate ? ["--insecure"] : [])];
	return ["panogaze rerun", new URL(".", location.href).href, ...flags].join(" ");
}

async function start(script: string): Promise<void> {
	say(words.rerunLoading);
	const { WebViewer } = (await import(/* @vite-ignore */ script)) as ViewerModule;
	const renderer = new URLSearchParams(location.search).get("renderer");
	globalThis.rerunViewer?.stop();
	const viewer = new WebViewer();
	globalThis.rerunViewer = viewer;
	// It shows the rest of its progress itself.
	notice.hidden = true;
	await viewer.start(proxyUrl, element("#viewer"), {
		width: "100%",
		height: "100%",
		hide_welcome_screen: true,
		...(renderer === "webgl" || renderer === "webgpu" ? { render_backend: renderer } : {}),
	});
}

function refuse(status: number, reason: string): void {
	if (status === UNAUTHORIZED || status === FORBIDDEN) say(wordsFor(reason), { asksForToken: true });
	else say(words.rerunFailed, { detail: reason, canTryAgain: true });
}

/** The reason that the server gives for a refusal (RFC 9457). */
async function reasonOf(response: Response): Promise<string> {
	const problem: unknown = await response.json().catch(() => undefined);
	const detail = typeof problem === "object" && problem !== null && "detail" in problem ? problem.detail : undefined;
	return typeof detail === "string" ? detail : `HTTP ${response.status}`;
}

function say(sentence: string, { detail = "", asksForToken = false, canTryAgain = false } = {}): void {
	notice.hidden = false;
	element("#missing").hidden = true;
	element("#notice-words").textContent = sentence;
	element("#notice-detail").textContent = detail;
	element("#notice-detail").hidden = detail === "";
	element("#again").hidden = !canTryAgain;
	form.hidden = !asksForToken;
	if (asksForToken) input.focus();
}
